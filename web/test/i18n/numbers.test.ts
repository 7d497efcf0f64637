import { describe, expect, test } from "vitest";
import { fill, preferred } from "../../src/i18n/language.svelte";
import { directed, percent, short } from "../../src/i18n/numbers";

describe("a number", () => {
  test.each([
    [0.6734, "0.673"],
    [-0.0039, "−0.00390"],
    [12.345, "12.3"],
    [999.6, "1000"],
    [4123.4, "4123"],
    [99999.6, "1.00e5"],
    [0.0009996, "0.00100"],
    [0.0000123, "1.23e−5"],
    [0, "0"],
    [-0, "0"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ])("%d is written %s", (x, text) => {
    expect(short(x)).toBe(text);
  });

  test("shows its direction where that matters", () => {
    expect([directed(0.5), directed(-0.5), directed(0)]).toEqual(["+0.500", "−0.500", "0"]);
  });

  test("as a share has a thin look", () => {
    expect([percent(0.975), percent(0.6, 0), percent(Number.NaN)]).toEqual(["97.5 %", "60 %", "–"]);
  });
});

describe("a sentence", () => {
  test("is filled with its facts, and shows what it misses", () => {
    expect(fill("{a} of {b}", { a: 1 })).toBe("1 of {b}");
  });
});

describe("the language", () => {
  test("is the stored one, else the browser's first that is spoken here, else English", () => {
    expect(preferred("zh-CN", ["en"])).toBe("zh-CN");
    expect(preferred("xx", ["fr", "zh-Hans", "en"])).toBe("zh-CN");
    expect(preferred(null, ["fr"])).toBe("en");
  });
});
