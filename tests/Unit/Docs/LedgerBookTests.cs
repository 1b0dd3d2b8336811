using Drydock.Lab.Upgrades;

namespace Drydock.Tests.Unit.Docs;

/// <summary>Which rows of the ledger of <c>make chaos</c> count for the plans of now.</summary>
public sealed class LedgerBookTests
{
    private const string Now = "11111111";
    private const string Before = "22222222";

    [Theory]
    [InlineData(Now, LedgerRow.Golden, true)]
    [InlineData(Now, LedgerRow.NotReached, true)]
    [InlineData(Now, LedgerRow.Bad, false)]
    [InlineData(Before, LedgerRow.Golden, false)]
    [InlineData("", LedgerRow.Golden, false)]
    public void Row_counts_only_for_its_plan_and_a_good_end(string plan, string end, bool holds)
    {
        var book = new LedgerBook([Case("kill", "before x")], [Row("kill", "before x", plan, end)]);

        book.Holds(Case("kill", "before x")).ShouldBe(holds);
    }

    [Fact]
    public void Case_without_a_plan_is_never_held() =>
        new LedgerBook([Case("kill", "before x", "")], [Row("kill", "before x", "")])
            .Holds(Case("kill", "before x", "")).ShouldBeFalse();

    [Fact]
    public void Rows_of_cases_that_no_longer_exist_are_removed()
    {
        var book = new LedgerBook(
            [Case("kill", "before x"), Case("dockerd-kill", "step-StopOld")],
            [
                Row("kill", "before x", Before), Row("kill", "before y", Before), Row("kill", "before z", Now),
                Row("dockerd-kill", "step-StopOld", Before), Row("dockerd-kill", "step-Gone", Now),
                Row("kill", "before x", Now) with { Scenario = "gone Upgrade" },
            ]);

        // The names of kill points differ between two undisturbed runs of one plan.
        book.Rows.Select(row => row.Moment).ShouldBe(["step-StopOld", "before x", "before z"], ignoreOrder: true);
    }

    [Fact]
    public void Earlier_rows_are_counted_apart_until_run_again()
    {
        var book = new LedgerBook(
            [Case("kill", "before x"), Case("kill", "before y"), Case("kill", "before z")],
            [
                Row("kill", "before x", Now), Row("kill", "before y", Before, LedgerRow.Bad, 20),
                Row("kill", "before z", "", day: 21)
            ]);
        book.Groups().ShouldBe([
            new ReliabilityGroup("a Upgrade", true, Now, "2026-11-22", 3, 1, 0),
            new ReliabilityGroup("a Upgrade", true, null, "2026-11-20 to 2026-11-21", null, 2, 1)]);
        book.Bad.ShouldBe(0, "what was bad on an earlier plan may be repaired");

        book.Put(Row("kill", "before y", Now, LedgerRow.Bad));
        book.Put(Row("kill", "before z", Now, day: 23));

        book.Groups().ShouldBe([new ReliabilityGroup("a Upgrade", true, Now, "2026-11-22 to 2026-11-23", 3, 3, 1)]);
        book.Bad.ShouldBe(1);
    }

    [Fact]
    public void Shape_is_that_of_the_steps_and_not_of_their_values()
    {
        var shape = PlanShape.Of(Plan());
        shape.ShouldMatch("^[0-9a-f]{8}$");

        PlanShape.Of(Plan(plan => plan["steps"]![1]!["parameters"]!["host"] = "192.0.2.9")).ShouldBe(shape);
        PlanShape.Of(Plan(plan => plan["hash"] = "sha256:other")).ShouldBe(shape);
        PlanShape.Of(Plan(plan => plan["steps"]![1]!["state"] = "Succeeded")).ShouldBe(shape);
        PlanShape.Of(Plan(plan => plan["steps"]![0]!["id"] = "StopOld/oms-x"), id => id.Replace(
            "oms-x", "oms-a", StringComparison.Ordinal)).ShouldBe(shape);
    }

    [Fact]
    public void Other_steps_have_another_shape()
    {
        Action<JsonNode>[] changes =
        [
            static _ => { },
            static plan => plan["steps"]![0]!["id"] = "StopOld/oms-b",
            static plan => plan["steps"]![0]!["action"] = "StopConsole",
            static plan => plan["steps"]![1]!["parameters"]!["grace"] = "120",
            static plan => plan["steps"]![1]!["after"] = new JsonArray(),
            static plan => plan["steps"]!.AsArray().RemoveAt(1),
            static plan => plan["steps"]!.AsArray().Insert(
                0, new JsonObject { ["id"] = "PrepareImage/oms-a/find-jar", ["action"] = "FindJar" }),
            static plan => plan["guards"]![0]!["until"] = "EnableHA/ha-config",
        ];

        changes.Select(change => PlanShape.Of(Plan(change))).ShouldBeUnique();
    }

    private static JsonNode Plan(Action<JsonNode>? change = null)
    {
        var plan = JsonNode.Parse("""
            {
              "hash": "sha256:one",
              "steps": [
                {"id": "StopOld/oms-a", "action": "StopContainer", "state": "Running"},
                {"id": "Backup/snapshot", "action": "TakeSnapshot", "after": ["StopOld/oms-a"], "parameters": {"host": "192.0.2.1"}}
              ],
              "guards": [{"id": "OldStaysStopped/oms-a", "check": "ContainerStaysStopped", "from": ["StopOld/oms-a"]}]
            }
            """)!;
        change?.Invoke(plan);
        return plan;
    }

    private static LedgerCase Case(string accident, string moment, string plan = Now) =>
        new("a Upgrade", accident, moment, plan);

    private static LedgerRow Row(
        string accident, string moment, string plan, string end = LedgerRow.Golden, int day = 22) =>
        new("a Upgrade", accident, moment, plan, new DateOnly(2026, 11, day), end, "");
}
