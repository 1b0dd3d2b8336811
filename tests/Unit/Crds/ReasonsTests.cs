using System.Reflection;
using Drydock.Cli.Explanations;

namespace Drydock.Tests.Unit.Crds;

public sealed partial class ReasonsTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "reference", "reasons.md"));

    public static TheoryData<string> All => [.. Names(typeof(Reasons))];

    [Theory]
    [InlineData(typeof(Reasons))]
    [InlineData(typeof(ConditionTypes))]
    public void Reason_and_condition_constants_equal_their_names(Type type) =>
        Names(type).ShouldBe(Constants(type).Select(field => field.Name));

    [Fact]
    public void Reasons_and_conditions_match_the_pattern_of_Kubernetes()
    {
        // metav1.Condition's own pattern for reasons.
        foreach (var field in Constants(typeof(Reasons)).Concat(Constants(typeof(ConditionTypes))))
        {
            Regex.IsMatch(field.Name, "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$").ShouldBeTrue(field.Name);
            field.Name.Length.ShouldBeLessThanOrEqualTo(SchemaLimits.ShortName);
        }
    }

    [Fact]
    public void Page_has_exactly_the_reasons_in_order() =>
        Heading().Matches(Page).Select(m => m.Groups["text"].Value)
            .ShouldBe(Names(typeof(Reasons)).Order(StringComparer.Ordinal));

    // Both the page and a terminal show it, so it is paragraphs and lists.
    [Theory]
    [MemberData(nameof(All))]
    public void Reason_is_explained_in_few_words_without_tables(string reason)
    {
        var text = ReasonBook.Instance.Find(reason).ShouldNotBeNull();

        text.ShouldNotContain("\n|");
        text.ShouldNotContain("```");
        text.ShouldNotContain("<a id");
        Words(text.Split("\n\n")[0]).ShouldBeInRange(3, 60);
        Words(text).ShouldBeInRange(3, 380);
    }

    [Fact]
    public void Engine_reasons_are_documented_reasons()
    {
        var documented = Names(typeof(Reasons)).ToList();
        Names(typeof(EngineReasons)).ShouldBeSubsetOf(documented);
    }

    [Fact]
    public void Timeouts_list_every_phase_in_the_order_of_plan()
    {
        var timeouts = typeof(OmsUpgradeTimeouts).GetProperties()
            .Where(property => property.PropertyType == typeof(string)).Select(property => property.Name).ToList();
        timeouts.Intersect(PhaseOrder.OfOms, StringComparer.Ordinal).ShouldBe(
            PhaseOrder.OfOms.Where(phase => phase != OmsUpgradePhases.TestSchema), "that one has the time of Backup");
        timeouts.Except(PhaseOrder.OfOms, StringComparer.Ordinal).ShouldBe([
            nameof(OmsUpgradeTimeouts.NoSessions), OmsUpgradePhases.StopNew, OmsUpgradePhases.RestoreDatabases,
            OmsUpgradePhases.StartOld]);
    }

    private static int Words(string text) =>
        text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Length;

    private static IEnumerable<string> Names(Type type) =>
        Constants(type).Select(field => (string)field.GetRawConstantValue()!);

    private static IEnumerable<FieldInfo> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral);

    [GeneratedRegex("^## (?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
