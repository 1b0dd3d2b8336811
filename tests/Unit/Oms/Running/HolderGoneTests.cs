using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Tests.Unit.Oms;

/// <summary>A claim whose holder no longer exists.</summary>
public sealed class HolderGoneTests
{
    [Fact]
    public void It_names_the_former_holder_and_goes_on_only_if_a_person_adopts_the_target()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => s with { HoldBefore = ["PrepareImage"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Api.PatchMetadata<OmsUpgrade>(OmsWorld.Namespace, "up", null, m => m with { Finalizers = [] });
        world.Delete();
        world.RunUntil(() => world.IsGone(), "somebody took the finalizer off");
        world.Api.All<V1Lease>().Select(l => l.Spec.HolderIdentity).Distinct(StringComparer.Ordinal).Count().ShouldBe(1);
        world.Apply(name: "zwei");
        world.RunUntil(() => Second(world)?.Conditions.Exists(c => c is { Type: "Stalled", Status: "True", Reason: "HolderGone" }) == true, "HolderGone");
        Second(world)!.Message.ShouldNotBeNull().ShouldContain("OmsUpgrade migration/up");
        world.RunFor(TimeSpan.FromHours(1));
        world.Done.ShouldBeEmpty();

        world.EditSpec(s => s with { AdoptTarget = true }, "zwei");
        world.RunUntil(() => Second(world)!.Conditions.Exists(c => c is { Type: "Succeeded", Status: "True" }), "the second succeeds");
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void A_way_back_after_success_waits_for_whoever_took_the_target_meanwhile()
    {
        var world = RollbackTests.Golden();
        world.Api.Create(new V1Lease
        {
            Metadata = new Abstractions.Entities.V1ObjectMeta { Name = ClaimTarget.Of(world.Status.Target)!.Names(OmsWorld.Namespace)[0], Namespace = OmsWorld.OperatorNamespace },
            Spec = new V1LeaseSpec { HolderIdentity = "another" },
        });
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Reconciling") == "TargetBusy", "busy");
        world.RunFor(TimeSpan.FromMinutes(10));
        world.Count("restore").ShouldBe(0);
        world.Api.Delete<V1Lease>(OmsWorld.OperatorNamespace, ClaimTarget.Of(world.Status.Target)!.Names(OmsWorld.Namespace)[0]);
        world.RunUntil(() => world.Is("Held"), "held");
    }

    [Fact]
    public void A_restore_of_another_of_its_databases_that_begins_while_it_claims_the_target_comes_first()
    {
        var world = new OmsWorld();
        var changed = world.Api.Changed;
        string? taken = null;
        world.Api.Changed = (entity, gone, by) =>
        {
            changed?.Invoke(entity, gone, by);
            if (taken is null && by is not null && !gone && entity is V1Lease { Metadata.Annotations: { } notes })
            {
                var server = notes["drydock.dev/target"];
                taken = new ClaimTarget(server, []).With("cm_340").Names(OmsWorld.Namespace).Single();
                world.Api.Create(new V1Lease { Metadata = new Abstractions.Entities.V1ObjectMeta { Name = taken, Namespace = OmsWorld.OperatorNamespace }, Spec = new V1LeaseSpec { HolderIdentity = "another" } });
            }
        };
        world.Apply();
        world.RunUntil(() => world.ReasonOf("Reconciling") == "TargetBusy", "busy");
        world.RunFor(TimeSpan.FromMinutes(10));
        world.Done.ShouldBeEmpty();
        (world.Status.Plan, world.Status.Target?.Claim).ShouldBe((null, null));
        world.Api.All<V1Lease>().Select(l => l.Metadata.Name).ShouldBe([taken]);

        world.Api.Delete<V1Lease>(OmsWorld.OperatorNamespace, taken!);
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    private static OmsUpgradeStatus? Second(OmsWorld world) =>
        world.Api.Find<OmsUpgrade>(OmsWorld.Namespace, "zwei")?.Status;
}
