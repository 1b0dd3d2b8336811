using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.Unit.Oms;

public sealed class OmsVersionTests
{
    private static readonly Arbitrary<OmsVersion> Versions =
        (from numbers in Gen.Choose(0, 12).ArrayOf(4)
         from community in Gen.Elements(true, false)
         select new OmsVersion(numbers[0], numbers[1], numbers[2], numbers[3], community)).ToArbitrary();

    [Theory]
    [InlineData("3.2.2-bp2", "3.2.2-bp2")]
    [InlineData("4.2.2-bp1", "4.2.2-bp1")]
    [InlineData("V4.2.2", "4.2.2")]
    [InlineData("v4.2.2_BP12", "4.2.2-bp12")]
    [InlineData("4.2.2.bp1", "4.2.2-bp1")]
    [InlineData("3.2.2bp2", "3.2.2-bp2")]
    [InlineData("4.2.7-ce", "4.2.7-ce")]
    [InlineData("4.2.7_CE", "4.2.7-ce")]
    [InlineData("4.2.2-bp1-ce", "4.2.2-bp1-ce")]
    [InlineData(" 4.2.11-CE ", "4.2.11-ce")]
    public void Version_spellings_are_read(string text, string display) =>
        OmsVersion.Parse(text).Display.ShouldBe(display);

    [Theory]
    [InlineData("")]
    [InlineData("4.2")]
    [InlineData("4.2.2.1")]
    [InlineData("latest")]
    [InlineData("4.2.2-rc1")]
    [InlineData("4.2.99999999999")]
    [InlineData("4.2.2-bp")]
    [InlineData("４.2.2")]
    public void Other_version_texts_are_refused(string text)
    {
        OmsVersion.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => OmsVersion.Parse(text)).Message.ShouldContain("3.2.2-bp2");
    }

    [Fact]
    public void Versions_sort_by_number_and_then_by_bugfix_pack()
    {
        string[] ascending =
        [
            "3.2.1", "3.2.1-bp1", "3.2.2", "3.2.2-bp2", "3.2.2-bp10", "3.2.10", "3.10.0", "4.0.0-bp9", "4.0.1", "4.2.2",
            "4.2.2-bp1"
        ];

        ascending.Reverse().Select(OmsVersion.Parse).Order().Select(version => version.Display).ShouldBe(ascending);
    }

    [Fact]
    public void Comparison_operators_match_sort_order_and_text_round_trips() =>
        Check.One(
            Config.QuickThrowOnFailure,
            Prop.ForAll(Versions, Versions, (left, right) =>
                OmsVersion.Parse(left.Display) == left
                && left < right == left.CompareTo(right) < 0
                && left >= right != left < right
                && left > right == right < left
                && left == right == (left.CompareTo(right) == 0)));
}
