namespace Drydock.Tests.Unit.Docs;

/// <summary>The ledger of <c>make chaos</c> and its summary, which are written by different commands over
/// time.</summary>
public sealed partial class ReliabilityTests
{
    private static readonly IReadOnlyList<LedgerRow> Rows =
        ReliabilityLedger.Read(File.ReadAllText(ReliabilityLedger.FilePath));

    [Fact]
    public void Ledger_has_one_row_for_each_case()
    {
        Rows.ShouldNotBeEmpty();
        Rows.GroupBy(row => row.Id).Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty();
        Rows.Select(row => row.End).Except([LedgerRow.Golden, LedgerRow.NotReached, LedgerRow.Bad]).ShouldBeEmpty();
    }

    [Fact]
    public void Ledger_file_equals_the_output_of_its_writer() =>
        ReliabilityLedger.Write(Rows).ShouldBe(File.ReadAllText(ReliabilityLedger.FilePath));

    // The rows of the plan that the page names count for it; all others are of earlier plans.
    [Fact]
    public void Summary_counts_the_rows_of_the_ledger()
    {
        var page = Summary().Matches(ReliabilityPage.Read());
        page.Count.ShouldBe(ReliabilityPage.Read().Split('\n').Count(
            line => line.Contains(" | kill points | ", StringComparison.Ordinal)
                || line.Contains(" | accidents × moments | ", StringComparison.Ordinal)));
        string Of(string scenario, string plan) =>
            page.Any(m => m.Groups["scenario"].Value == scenario && m.Groups["plan"].Value == plan)
                ? plan
                : ReliabilityGroup.Earlier;

        var counted = page.Where(m => m.Groups["covered"].Value != "0").ToDictionary(
            m => (m.Groups["scenario"].Value, m.Groups["kind"].Value == "kill points", m.Groups["plan"].Value),
            m => (
                m.Groups["measured"].Value, int.Parse(m.Groups["covered"].Value), int.Parse(m.Groups["golden"].Value),
                int.Parse(m.Groups["bad"].Value)));

        Rows.GroupBy(row => (row.Scenario, row.IsKill, Of(row.Scenario, row.Plan))).ToDictionary(
            group => group.Key,
            group => (ReliabilityGroup.Days([.. group]), group.Count(), group.Count(row => !row.IsBad), group.Count(
                row => row.IsBad))).ShouldBe(counted, ignoreOrder: true);
    }

    [Theory]
    [InlineData("a, b")]
    [InlineData("he said \"no\"")]
    [InlineData("one\ntwo")]
    [InlineData("")]
    [InlineData("a | b → c")]
    public void Ledger_field_survives_writing_and_reading(string way)
    {
        LedgerRow[] rows = [new(
            "a Upgrade", "kill", "act-1 (swap x), before", "0a1b2c3d", new DateOnly(2026, 11, 22), LedgerRow.Golden,
            way)];

        ReliabilityLedger.Read(ReliabilityLedger.Write(rows)).ShouldBe(rows);
    }

    [Theory]
    [InlineData("")]
    [InlineData("scenario,accident\n")]
    [InlineData("scenario,accident,moment,end,way\na,b,c,golden,\n")]
    [InlineData("scenario,accident,moment,plan,measured,end,way\na,b,c\n")]
    [InlineData("scenario,accident,moment,plan,measured,end,way\na,b,c,,22.11.2026,golden,\n")]
    [InlineData("scenario,accident,moment,plan,measured,end,way\na,b,c,,2026-11-22,golden,\"cut off")]
    public void Broken_ledger_is_refused(string text) =>
        Should.Throw<InvalidDataException>(() => ReliabilityLedger.Read(text));

    [Fact]
    public void Summary_is_replaced_and_sections_are_kept()
    {
        var page = ReliabilityPage.WithSection("# Reliability\n\nold\n", "Soak", "soaked\n");
        page = ReliabilityPage.WithSection(page, "Hostile", "hostile");

        page = ReliabilityPage.WithSummary(
            page,
            [
                new ReliabilityGroup("a Upgrade", true, "0a1b2c3d", "2026-11-22", 3, 2, 1),
                new ReliabilityGroup("a Upgrade", true, null, "2026-11-20 to 2026-11-21", null, 7, 0)
            ],
            DateTimeOffset.UnixEpoch);
        page = ReliabilityPage.WithSection(page, "Soak", "soaked again");

        page.ShouldContain(
            "| a Upgrade | kill points | 0a1b2c3d | 2026-11-22 | 3 | 2 | 1 | 1 |\n| a Upgrade | kill points | earlier "
            + "| 2026-11-20 to 2026-11-21 |  | 7 | 7 | 0 |\n\n## Soak\n\nsoaked again\n\n## Hostile\n\nhostile\n");
        page.ShouldNotContain("old\n");
    }

    [GeneratedRegex(
        @"^\| (?<scenario>[a-z0-9-]+ \w+) \| (?<kind>kill points|accidents × moments) \| "
        + @"(?<plan>[0-9a-f]{8}|earlier) \| (?<measured>[0-9]{4}-[0-9-]+( to [0-9-]+)?|) \| \d* \| "
        + @"(?<covered>\d+) \| (?<golden>\d+) \| (?<bad>\d+) \|$",
        RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Summary();
}
