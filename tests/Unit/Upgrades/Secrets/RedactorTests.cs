using System.Text.Encodings.Web;
using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.Unit.Upgrades;

public sealed class RedactorTests
{
    private const string Canary = "canary-P@ss/w\"o'r\\d é中";

    private static readonly Redactor Known = new(
        [new Secret(Canary), new Secret("abcd"), new Secret("abcdef"), new Secret("xyz")]);

    [Fact]
    public void Value_and_its_usual_escapes_are_masked()
    {
        string[] forms =
        [
            Canary,
            Uri.EscapeDataString(Canary),
            Regex.Replace(Uri.EscapeDataString(Canary), "%..", match => match.Value.ToLowerInvariant()),
            Convert.ToBase64String(Encoding.UTF8.GetBytes(Canary)),
            JsonSerializer.Serialize(Canary),
            "\"" + JsonEncodedText.Encode(Canary, JavaScriptEncoder.UnsafeRelaxedJsonEscaping) + "\"",
            Canary.Replace("'", "'\\''", StringComparison.Ordinal),
        ];
        foreach (var form in forms)
        {
            var text = Known.Redact($"before {form} after");
            text.ShouldContain("***");
            text.ShouldStartWith("before ");
            text.ShouldEndWith(" after");
            text.ShouldNotContain("canary", Case.Insensitive);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("u")]
    [InlineData("us")]
    [InlineData("user:")]
    public void Secret_is_masked_inside_longer_base64(string before)
    {
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(before + Canary + ":after"));

        var text = Known.Redact(encoded);

        text.ShouldContain("***");
        text.Replace("***", "", StringComparison.Ordinal).Length.ShouldBeLessThan(before.Length + 20);
    }

    [Fact]
    public void Longest_secret_is_masked_first_and_short_ones_stay() =>
        Known.Redact("abcdef abcd xyz").ShouldBe("*** *** xyz");

    [Fact]
    public void Cut_text_keeps_its_end_in_whole_characters()
    {
        var text = new string('a', 100) + string.Concat(Enumerable.Repeat("中", 30_000));

        var kept = Redactor.None.RedactTail(text);

        Encoding.UTF8.GetByteCount(kept).ShouldBeInRange(Redactor.KeptBytes - 3, Redactor.KeptBytes);
        kept.ShouldAllBe(c => c == '中');
        Redactor.None.RedactTail("a😀b", 5).ShouldBe("😀b");
        Redactor.None.RedactTail("a😀b", 4).ShouldBe("b");
        Redactor.None.RedactTail("short").ShouldBe("short");
    }

    [Fact]
    public void Secret_is_masked_before_the_text_is_cut() =>
        new Redactor([new Secret("0123456789")]).RedactTail("x0123456789", 5).ShouldBe("x***");

    [Fact]
    public void No_known_secret_survives_in_any_text() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(
                Gen.Elements('a', 'b', '*', '%', '"', '中').ArrayOf()
                    .Select(chars => new string(chars)).ArrayOf().ToArbitrary(),
                Gen.Elements('a', 'b', '*', '%', '"', '中').ArrayOf().Resize(200)
                    .Select(chars => new string(chars)).ToArbitrary(),
                (secrets, text) =>
                {
                    var redacted = new Redactor(secrets.Select(value => new Secret(value))).Redact(
                        text + string.Concat(secrets));
                    return secrets.Where(value => value.Length >= Redactor.MinimumLength)
                        .All(value => !redacted.Contains(value, StringComparison.Ordinal));
                }));

    [Fact]
    public void Secret_value_is_never_shown()
    {
        var secret = new Secret("canary");

        secret.ToString().ShouldBe("***");
        $"{new { secret }}".ShouldNotContain("canary");
        JsonSerializer.Serialize(secret).ShouldBe("{}");
        secret.ShouldBe(new Secret("canary"));
    }
}
