import { describe, expect, test } from "vitest";
import { fill, preferred } from "../../src/i18n/language.svelte";
import { directed, full, percent, short } from "../../src/i18n/numbers";

describe("a number", () => {
  test.each([
    [0.6734, "0.673"],
    [-0.0039, "−0.00390"],
    [12.345, "12.3"],
    [999.6, "1000"],
    [4123.4, "4120"],
    [9994.9, "9990"],
    [9995.1, "1.00e4"],
    [24504, "2.45e4"],
    [-99999.6, "−1.00e5"],
    [-3e-17, "0"],
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

  test("has every digit and a true minus in full", () => {
    expect([full(-0.1234567890123), full(1e-7)]).toEqual(["−0.1234567890123", "1e−7"]);
  });

  test("as a share has a thin look", () => {
    expect([percent(0.975), percent(0.6, 0), percent(Number.NaN)]).toEqual(["97.5 %", "60 %", "–"]);
  });
});

describe("a sentence", () => {
  test("is filled with its facts, and shows what it misses", () => {
    expect(fill("{a} of {b}", { a: 1 })).toBe("1 of {b}");
  });

  test("has no space between Chinese and Chinese that fills a place, but keeps it beside other text", () => {
    expect(fill("{name} 的响应", { name: "输出" })).toBe("输出的响应");
    expect(fill("{name} 的响应", { name: "神经元 3" })).toBe("神经元 3 的响应");
    expect(fill("从 {source} 到 {target}", { source: "输入 x₁", target: "神经元 2" })).toBe(
      "从输入 x₁ 到神经元 2",
    );
    expect(fill("{count} of class {name} taken", { count: 1, name: "甲" })).toBe("1 of class 甲 taken");
  });
});

describe("the language", () => {
  test("is the stored one, else the browser's first that is spoken here, else English", () => {
    expect(preferred("zh-CN", ["en"])).toBe("zh-CN");
    expect(preferred("xx", ["fr", "zh-Hans", "en"])).toBe("zh-CN");
    expect(preferred(null, ["fr"])).toBe("en");
  });
});
