using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Upgrades;

public sealed class FindingsTests
{
    [Fact]
    public void Identical_findings_are_listed_once_and_others_all()
    {
        var findings = new Findings(Same);

        findings.Add(Reasons.NoSpace, "m", "b", "spec.x");
        findings.Add(Reasons.NoSpace, "m", "b", "spec.x");
        findings.Add(Reasons.NoSpace, "m", "b", "spec.y");
        findings.Add(Reasons.NoSpace, "m", "a", "spec.x");

        findings.Sorted().Select(f => (f.Node, f.Field)).ShouldBe([("a", "spec.x"), ("b", "spec.x"), ("b", "spec.y")]);
    }

    [Fact]
    public void Order_is_by_node_then_reason_then_message()
    {
        var findings = new Findings(Same);

        findings.Add("B", "2", "n");
        findings.Add("B", "1", "n");
        findings.Add("A", "3", "n");
        findings.Add([new Finding { Reason = "Z", Message = "0" }]);

        findings.Sorted().Select(f => f.Message).ShouldBe(["0", "3", "1", "2"]);
        findings.Any.ShouldBeTrue();
        new Findings(Same).Any.ShouldBeFalse();
    }

    [Fact]
    public void Every_message_and_note_is_redacted()
    {
        var findings = new Findings(text => text.Replace("hunter2", "***", StringComparison.Ordinal));

        findings.Add("A", "1 hunter2");
        findings.Add(new Finding { Reason = "A", Message = "2 hunter2" });
        findings.Note("3 hunter2");

        findings.Sorted().Select(f => f.Message).Concat(findings.Notes).ShouldBe(["1 ***", "2 ***", "3 ***"]);
    }

    [Fact]
    public void Secret_learned_after_the_finding_is_redacted()
    {
        var secrets = new List<Secret>();
        var findings = new Findings(text => new Redactor(secrets).Redact(text));

        findings.Add("A", "hunter2");
        secrets.Add(new Secret("hunter2"));

        findings.Sorted().ShouldHaveSingleItem().Message.ShouldBe(Secret.Mask);
    }

    [Fact]
    public void Secret_at_the_length_limit_is_redacted_before_the_cut()
    {
        var findings = new Findings(new Redactor([new Secret("hunter2hunter2")]).Redact);

        for (var before = SchemaLimits.Message - 200; before < SchemaLimits.Message; before++)
        {
            findings.Add("A", new string('x', before) + "hunter2hunter2" + new string('y', 1000));
        }

        findings.Sorted().ShouldAllBe(
            f => f.Message.Length <= SchemaLimits.Message && !f.Message.Contains("hu", StringComparison.Ordinal));
    }

    [Fact]
    public void Number_of_findings_is_limited()
    {
        var findings = new Findings(Same);

        findings.Add(
            Enumerable.Range(0, SchemaLimits.Findings + 5).Select(i => new Finding { Reason = "A", Message = $"{i}" }));

        findings.Sorted().Count.ShouldBe(SchemaLimits.Findings);
    }

    [Fact]
    public async Task Target_failure_becomes_a_finding_and_check_returns_null()
    {
        var findings = new Findings(Same, ClientFailures.Finding);

        (await findings.LookAsync<string>(() => throw new HostException("h", Reasons.NoSpace, "m"))).ShouldBeNull();
        (await findings.LookAsync(() => Task.FromResult<string?>("seen"))).ShouldBe("seen");

        findings.Sorted().ShouldHaveSingleItem()
            .ShouldBe(new Finding { Reason = Reasons.NoSpace, Message = "m", Node = "h" });
    }

    [Fact]
    public async Task Other_exceptions_and_cancellation_are_thrown()
    {
        var findings = new Findings(Same, ClientFailures.Finding);

        await Should.ThrowAsync<OperationCanceledException>(
            () => findings.LookAsync<string>(() => throw new OperationCanceledException()));
        await Should.ThrowAsync<FormatException>(() => findings.LookAsync<string>(() => throw new FormatException()));
        findings.Any.ShouldBeFalse();
    }

    [Fact]
    public async Task Message_of_a_failure_can_have_a_prefix()
    {
        var findings = new Findings(Same, ClientFailures.Finding);

        (await findings.LookAsync<string>(
            () => throw HostException.OfSpec("h", "spec.processes", "m"), "yb-1", prefix: "yb-1: ")).ShouldBeNull();

        findings.Sorted().ShouldHaveSingleItem().ShouldBe(
            new Finding { Reason = Reasons.InvalidSpec, Message = "yb-1: m", Node = "yb-1", Field = "spec.processes" });
    }

    [Fact]
    public void Failures_of_TiDB_clients_prefer_the_field_of_the_caller()
    {
        ClientFailures.Finding(new TiDbApiException(Reasons.AnswerUnusable, "m"), "pd-1", null)
            .ShouldBe(new Finding { Reason = Reasons.AnswerUnusable, Message = "m", Node = "pd-1" });
        ClientFailures.Finding(new DatabaseSqlException(Reasons.AccessDenied, "m"), null, null)!.Field
            .ShouldBe("spec.tidb.credentialsSecretRef");
        ClientFailures.Finding(new DatabaseSqlException(Reasons.AccessDenied, "m"), null, "spec.x")!.Field
            .ShouldBe("spec.x");
        ClientFailures.Finding(new SnapshotException(SnapshotFailure.StorageUnusable, "m"), null, "spec.x")!
            .ShouldBe(new Finding
            {
                Reason = StorageReasons.Of(new SnapshotException(SnapshotFailure.StorageUnusable, "m")),
                Message = "m",
                Field = "spec.x"
            });
    }

    [Fact]
    public void Failures_of_Yugabyte_clients_keep_their_reason()
    {
        ClientFailures.Finding(new ServiceException(Reasons.HostUnreachable, "m", isNotTaken: true), "yb-1", null)!
            .Reason.ShouldBe(Reasons.HostUnreachable);
        ClientFailures.Finding(new YbAnswerException("w", "p", "b"), "yb-1", null)!.Reason
            .ShouldBe(Reasons.AnswerUnusable);
        ClientFailures.Finding(new AdminToolException("c", "m", "p"), "yb-1", null)!.Reason
            .ShouldBe(Reasons.AdminToolFailed);
        ClientFailures.Finding(new ClusterUnhealthyException(Reasons.ClusterUnhealthy, "m"), "yb-1", null)!.Reason
            .ShouldBe(Reasons.ClusterUnhealthy);
        ClientFailures.Finding(new FormatException(), "yb-1", null).ShouldBeNull();
    }

    private static string Same(string text) => text;
}
