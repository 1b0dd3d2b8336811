namespace Drydock.Tests.Unit.Costs;

/// <summary>What each phase of an undisturbed upgrade asks of its targets: one table a system.</summary>
public sealed class PhaseCostTests
{
    private readonly PhaseCosts _costs = new();

    [Fact]
    public void Phases_of_an_OMS_upgrade_ask_no_more_than_their_table()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(
            () =>
            {
                foreach (var (kind, count) in world.Asked)
                {
                    _costs.Add(world.Status.Step, kind, count);
                }

                world.Asked.Clear();
                return world.IsOver;
            },
            "Succeeded");
        _costs.ShouldNotExceed("oms");
    }

    [Fact]
    public void Phases_of_a_TiDB_upgrade_ask_no_more_than_their_table()
    {
        var world = new TiDbWorld();
        var run = new EngineRunWorld(world).Apply();
        run.RunUntil(
            () =>
            {
                world.Asked.ForEach(asked => _costs.Add(run.Status.Step, asked.Split(' ')[0]));
                world.Asked.Clear();
                return run.Is("Succeeded");
            },
            "Succeeded",
            TimeSpan.FromHours(24));
        _costs.ShouldNotExceed("tidb");
    }

    [Fact]
    public void Phases_of_a_YugabyteDB_upgrade_ask_no_more_than_their_table()
    {
        var world = new YugaWorld();
        var run = new EngineRunWorld(world).Apply();
        var commands = 0;
        world.Asked = (_, _) => _costs.Add(run.Status.Step, "http");
        run.RunUntil(
            () =>
            {
                if (world.Commands > commands)
                {
                    _costs.Add(run.Status.Step, "yb-admin", world.Commands - commands);
                    commands = world.Commands;
                }

                return run.Is("Succeeded");
            },
            "Succeeded",
            TimeSpan.FromHours(24));
        _costs.ShouldNotExceed("yugabytedb");
    }
}
