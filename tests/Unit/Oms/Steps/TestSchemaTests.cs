using SnapshotVerification = Drydock.Crds.Common.SnapshotVerification;

namespace Drydock.Tests.Unit.Oms;

/// <summary>The definitions are loaded into a scratch database before anything is changed.</summary>
public sealed class TestSchemaTests
{
    private const string Step = "TestSchema/definitions";

    [Fact]
    public void Definitions_are_tested_once_before_the_first_change()
    {
        var world = World(s => s with { HoldBefore = ["DisableHA"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Step(Step).State.ShouldBe(StepState.Succeeded);
        world.Plan.Steps.Where(s => s.Phase is not ("PrepareImage" or "TestSchema"))
            .ShouldAllBe(s => s.State == StepState.Pending);
        var test = world.Api.All<BackupSnapshot>().ShouldHaveSingleItem();
        (test.Spec.Contents, test.Status!.Verified, test.Metadata.OwnerReferences!.Single().Uid)
            .ShouldBe((SnapshotContents.Definitions, null, world.Upgrade.Metadata.Uid));

        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunToSuccess();

        (world.Count("test"), Backup(world).Status!.Verified).ShouldBe((1, SnapshotVerification.Schema));
        Backup(world).Spec.TestedDefinitions.ShouldBe(world.Snapshots.Definitions);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Plan_that_is_not_approved_tests_nothing()
    {
        var world = World(s => s with { HoldBefore = ["PrepareImage"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.RunFor(TimeSpan.FromHours(1));
        world.Count("test").ShouldBe(0);
    }

    [Fact]
    public void Changed_definitions_are_only_read_back()
    {
        var world = World(s => s with { HoldBefore = ["StopOld"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Snapshots.Definitions = new string('e', 64);
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunToSuccess();
        (world.Count("test"), Backup(world).Status!.Verified).ShouldBe((1, SnapshotVerification.ReadBack));
    }

    [Fact]
    public void Refused_definitions_stop_the_upgrade_before_any_change()
    {
        var world = World();
        Enumerable.Repeat("ERROR 1118: Row size too large.", 3).ToList().ForEach(world.Snapshots.TestFailures.Enqueue);
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.Status.Message.ShouldBeWorded();
        (world.Count("snapshot"), world.Count("policy"), world.Count("stop")).ShouldBe((0, 0, 0));

        world.Annotate(Annotations.Approve, world.AcceptWord(Step));
        world.RunToSuccess();
        Backup(world).Status!.Verified.ShouldBe(SnapshotVerification.ReadBack);
    }

    [Fact]
    public void Abort_leaves_only_objects_that_go_with_the_upgrade()
    {
        var world = World(s => s with { HoldBefore = ["StopOld"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Annotate(Annotations.Abort, "stop");
        world.RunUntil(() => world.Status.RollbackPlan is { Steps.Count: > 0 } back && back.IsDone, "undone");
        world.Api.All<BackupSnapshot>().ShouldAllBe(
            s => s.Spec.Contents == SnapshotContents.Definitions && s.Metadata.OwnerReferences!.Count == 1);
    }

    [Fact]
    public void Without_the_privilege_plan_and_backup_say_ReadBack()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.Grants.Add($"REVOKE CREATE ON `{RestoreTestRequest.ScratchDatabases}`.* FROM `drc`@`%`");
        world.Apply();
        world.RunToSuccess();
        (world.Count("test"), world.Plan.Steps.Exists(s => s.Phase == "TestSchema"), Backup(world).Status!.Verified)
            .ShouldBe((0, false, SnapshotVerification.ReadBack));
        world.Plan.Notes.ShouldContain(n => n.StartsWith("The backup is verified: ReadBack.", StringComparison.Ordinal)
            && n.Contains(@"lacks CREATE on `drydock\_verify\_%`.*", StringComparison.Ordinal));
    }

    [Fact]
    public void Encrypted_backup_without_identity_has_no_test()
    {
        var world = World(s => s with
        {
            Backup = s.Backup with { Encryption = new EncryptionSpec { Recipients = ["age1" + new string('q', 58)] } }
        });
        world.RunUntil(() => world.Status.Plan is not null, "planned");
        world.Plan.Steps.ShouldNotContain(s => s.Phase == "TestSchema");
        world.Plan.Notes.ShouldContain(
            n => n.Contains("spec.backup.ageIdentitySecretRef is not set", StringComparison.Ordinal));
    }

    private static OmsWorld World(
        Func<Drydock.Crds.OmsUpgrades.OmsUpgradeSpec, Drydock.Crds.OmsUpgrades.OmsUpgradeSpec>? change = null)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Apply(change ?? (s => s));
        return world;
    }

    private static BackupSnapshot Backup(OmsWorld world) =>
        world.Api.All<BackupSnapshot>().Single(s => s.Spec.Contents == SnapshotContents.All);
}
