namespace Drydock.Tests.Unit.Oms;

/// <summary>What the dump in the downtime would lose is asked for in preflight, with the same words.</summary>
public sealed class DumpQuestionTests
{
    private const string Word = "DumpLosesDigits/rm_340.t.f";

    [Fact]
    public void Float_column_is_acknowledged_once_for_preflight_and_dump()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.Questions.Add(
            new DumpQuestion(SnapshotFailure.DumpLosesDigits, "rm_340.t.f", "rm_340.t.f is a FLOAT column."));
        world.Apply();
        world.RunToStall();

        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Acknowledge).ShouldBe((Reasons.DumpLosesDigits, Word));

        world.EditSpec(
            s => s with { Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, Word] } });
        world.RunToSuccess();
        var taken = world.Api.All<BackupSnapshot>().ToList();
        taken.Count.ShouldBe(2, "the test of the definitions and the dump");
        taken.ShouldAllBe(s => s.Spec.Acknowledge.Contains(Word));

        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Annotate(Annotations.Approve, world.BackWord("RollBack"));
        world.RunToRolledBack();
        world.Api.All<BackupSnapshot>().Select(s => s.Spec.Acknowledge)
            .ShouldContain(
                a => a.SequenceEqual(new[] { Reasons.DumpLosesDigits, Reasons.ObjectsHidden }),
                "nothing may stop a rollback");
    }

    [Fact]
    public void Privilege_that_is_reported_missing_is_not_asked_for_again()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.Grants[0] = "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, SHOW VIEW, "
            + "CREATE VIEW, EVENT, CREATE ROUTINE, PROCESS ON *.* TO `drc`@`%`";
        world.Metadata.Questions.Add(
            new DumpQuestion(SnapshotFailure.ObjectsHidden, "rm_340", "The server may hide triggers of rm_340."));
        world.Apply();
        world.RunToStall();

        world.Status.Findings.Select(f => f.Reason).Distinct().ShouldBe([Reasons.AccessDenied]);
    }
}
