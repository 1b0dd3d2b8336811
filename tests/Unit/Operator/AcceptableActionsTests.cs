using System.Reflection;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Operator;

/// <summary>
/// Which failures an administrator may accept. What protects data must never be among them: dumps, restores, commands
/// that run once, stops and starts, quorum.
/// </summary>
public sealed class AcceptableActionsTests
{
    [Fact]
    public void Only_these_actions_have_failures_that_can_be_accepted()
    {
        Marked(typeof(OmsTargets)).ShouldBe(
        [
            nameof(AwaitComponents), nameof(AwaitHostsOnline), nameof(AwaitPrograms), nameof(CheckHealth),
            nameof(CompareProjects), nameof(LookAgain), nameof(ReadVersion), nameof(RunCorrectionJar),
            nameof(RunDockerInit), nameof(TestSchema),
        ]);
        Marked(typeof(TiDbTargets)).ShouldBe([
            nameof(AliasPdUnits), nameof(CountFailedStatements), nameof(ImportDashboards), nameof(RestartService),
            nameof(SmokeSpark)]);
        Marked(typeof(YugabyteCluster)).ShouldBe([nameof(ProveAdminTool)]);
    }

    [Fact]
    public void Action_that_does_more_than_look_names_the_failures_that_can_be_accepted() =>
        new[] { typeof(OmsTargets), typeof(TiDbTargets), typeof(YugabyteCluster) }
            .SelectMany(targets => Types(targets))
            .Where(type => !type.IsAssignableTo(typeof(IWaitsOnly))
                && type.GetCustomAttribute<AcceptableAttribute>()!.OnlyIf is null)
            .ShouldBeEmpty();

    private static IEnumerable<string> Marked(Type targets) =>
        Types(targets).Select(type => type.Name).Order(StringComparer.Ordinal);

    private static IEnumerable<Type> Types(Type targets) =>
        targets.Assembly.GetTypes().Where(
            type => type.Namespace == targets.Namespace && type.IsDefined(typeof(AcceptableAttribute), inherit: false));
}
