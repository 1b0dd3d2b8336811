namespace Drydock.Tests.Unit.Oms;

/// <summary>A claim whose holder no longer exists.</summary>
public sealed class HolderGoneTests
{
    [Fact]
    public void Orphaned_claim_names_former_holder_and_waits_for_its_uid()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(
            s => s with { HoldBefore = ["PrepareImage"] });
        world.RunUntil(() => world.Is("Held"), "held");
        var gone = world.Upgrade.Metadata.Uid!;
        world.Api.PatchMetadata<OmsUpgrade>(OmsWorld.Namespace, "up", m => m with { Finalizers = [] });
        world.Delete();
        world.RunUntil(() => world.IsGone(), "somebody took the finalizer off");
        world.Api.All<V1Lease>().Select(l => l.Spec.HolderIdentity).Distinct(StringComparer.Ordinal).Count()
            .ShouldBe(1);
        world.Apply(name: "zwei");
        world.RunUntil(
            () => Second(world)?.Conditions.Exists(
                c => c is { Type: "Stalled", Status: "True", Reason: "HolderGone" }) == true,
            "HolderGone");
        Second(world)!.Message.ShouldNotBeNull().ShouldContain("OmsUpgrade migration/up");
        world.RunFor(TimeSpan.FromHours(1));
        world.Done.ShouldBeEmpty();

        world.Annotate(Annotations.Adopt, "another", "zwei");
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Done.ShouldBeEmpty("a uid of another holder takes nothing over");
        world.Annotate(Annotations.Adopt, gone, "zwei");
        world.RunUntil(
            () => Second(world)!.Conditions.Exists(c => c is { Type: "Succeeded", Status: "True" }),
            "the second succeeds");
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Former_object_of_the_same_name_is_told_by_its_uid()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(
            s => s with { HoldBefore = ["PrepareImage"] });
        world.RunUntil(() => world.Is("Held"), "held");
        var former = world.Upgrade.Metadata.Uid!;
        world.Api.PatchMetadata<OmsUpgrade>(OmsWorld.Namespace, "up", m => m with { Finalizers = [] });
        world.Delete();
        world.RunUntil(() => world.IsGone(), "somebody took the finalizer off");
        world.Apply();
        world.RunUntil(() => world.ReasonOf("Stalled") == "HolderGone", "HolderGone");
        world.Upgrade.Metadata.Uid![..8].ShouldNotBe(former[..8]);
        world.Status.Message.ShouldBeWorded(former, former[..8]);
    }

    [Fact]
    public void Rollback_after_success_waits_for_new_holder_of_target()
    {
        var world = RollbackTests.Golden();
        world.Api.Create(new V1Lease
        {
            Metadata = new V1ObjectMeta
            {
                Name = ClaimTarget.Of(world.Status.Target)!.Names(OmsWorld.Namespace)[0],
                Namespace = OmsWorld.OperatorNamespace
            },
            Spec = new V1LeaseSpec { HolderIdentity = "another" },
        });
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Reconciling") == "TargetBusy", "busy");
        world.RunFor(TimeSpan.FromMinutes(10));
        world.Count("restore").ShouldBe(0);
        world.Api.Delete<V1Lease>(
            OmsWorld.OperatorNamespace, ClaimTarget.Of(world.Status.Target)!.Names(OmsWorld.Namespace)[0]);
        world.RunUntil(() => world.Is("Held"), "held");
    }

    [Fact]
    public void Upgrade_waits_when_restore_claims_its_database_first()
    {
        var world = new OmsWorld();
        var changed = world.Api.Changed;
        string? taken = null;
        world.Api.Changed = (entity, type) =>
        {
            changed?.Invoke(entity, type);
            if (taken is null && world.Actor != 0 && type == k8s.WatchEventType.Added
                && entity is V1Lease { Metadata.Annotations: { } notes })
            {
                var server = notes["drydock.dev/target"];
                taken = new ClaimTarget(server, []).With("cm_340").Names(OmsWorld.Namespace).Single();
                world.Api.Create(new V1Lease
                {
                    Metadata = new V1ObjectMeta { Name = taken, Namespace = OmsWorld.OperatorNamespace },
                    Spec = new V1LeaseSpec { HolderIdentity = "another" }
                });
            }
        };
        world.Apply();
        world.RunUntil(() => world.ReasonOf("Reconciling") == "TargetBusy", "busy");
        world.RunFor(TimeSpan.FromMinutes(10));
        world.Done.ShouldBeEmpty();
        (world.Plan.HasEverBegun, world.Status.Target?.Claim).ShouldBe((false, null), "the plan is kept for its word");
        world.Api.All<V1Lease>().Select(l => l.Metadata.Name).ShouldBe([taken]);

        world.Api.Delete<V1Lease>(OmsWorld.OperatorNamespace, taken!);
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    private static OmsUpgradeStatus? Second(OmsWorld world) =>
        world.Api.Find<OmsUpgrade>(OmsWorld.Namespace, "zwei")?.Status;
}
