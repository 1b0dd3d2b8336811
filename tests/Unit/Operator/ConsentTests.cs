using System.Reflection;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Tests.Unit.Oms;

namespace Drydock.Tests.Unit.Operator;

/// <summary>Every step that destroys something or takes something down says so where its hold is approved.</summary>
public sealed class ConsentTests
{
    private const int MostLines = 6;
    private const int MostWords = 90;

    [Fact]
    public void Only_these_steps_ask_for_consent_and_no_stop_is_without()
    {
        Asking(typeof(OmsTargets)).ShouldBe(
            [nameof(RestoreDatabases), nameof(StopContainer), nameof(TakeSnapshot)]);
        Asking(typeof(TiDbTargets)).ShouldBe([nameof(SwapInstance)]);
        Asking(typeof(YugabyteCluster)).ShouldBe([nameof(SwapMaster), nameof(SwapTserver)]);
        new[] { typeof(OmsTargets), typeof(TiDbTargets), typeof(YugabyteCluster) }.SelectMany(Types)
            .Where(type => type.GetCustomAttributes<EffectAttribute>().Any(e => e.Effect == Effect.EndsUndo)
                && !type.IsAssignableTo(typeof(IConsent)))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Plan_says_where_it_waits_and_its_second_hold_what_goes_down()
    {
        var world = new OmsWorld().Apply(s => s with { Approval = ApprovalPolicy.Manual, HoldBefore = null });
        world.RunUntil(() => world.Is("Held"), "the plan");
        Consent(world).ShouldBe("It waits again before DisableHA/look.");
        world.Annotate(Annotations.Approve, world.PlanWord);
        world.RunUntil(() => world.Status.Holds is [{ Name: "DisableHA" }], "held");
        Consent(world).Split('\n').ShouldBe(
        [
            "OMS goes down, until the upgrade or a rollback ends. For how long is not known.",
            "From CorrectMetadata/oms-a/jar on a rollback loses data, or is impossible.",
        ]);
    }

    [Fact]
    public void Rollback_after_success_says_what_it_drops()
    {
        var world = RollbackTests.Golden();
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        Consent(world).Split('\n')[..2].ShouldBe(
        [
            "OMS goes down, until the rollback ends. For how long is not known.",
            $"This DROPS rm_340, cm_340, cm_hb_340 and restores them from {world.Status.SnapshotRef!.Name}: what was "
                + "written to them since then is lost.",
        ]);
    }

    private static string Consent(OmsWorld world)
    {
        var text = world.Status.Holds.ShouldHaveSingleItem().Consent.ShouldNotBeNull();
        text.Split('\n').Length.ShouldBeLessThanOrEqualTo(MostLines);
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length.ShouldBeLessThanOrEqualTo(MostWords);
        return text;
    }

    private static IEnumerable<string> Asking(Type targets) =>
        Types(targets).Where(type => type.IsAssignableTo(typeof(IConsent))).Select(type => type.Name)
            .Order(StringComparer.Ordinal);

    private static IEnumerable<Type> Types(Type targets) =>
        targets.Assembly.GetTypes().Where(type => type.Namespace == targets.Namespace && !type.IsAbstract);
}
