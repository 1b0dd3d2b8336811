using Drydock.Abstractions.Plans;
using Drydock.Engine.Actions;
using Drydock.Engine.Guards;

namespace Drydock.Tests.Unit.Engine.Toys;

internal sealed class ToyCatalog(Simulation simulation, ToyProcess process) : IStepCatalog, IGuardCheck
{
    private static readonly string[] Known = ["plain", "once", "restart", "check"];

    public string Name => "toy";

    public IStepAction Action(string name) =>
        Known.Contains(name) ? new ToyAction(name, simulation, process) : throw new KeyNotFoundException($"no action '{name}'");

    public IGuardCheck Guard(string name) => name == Name ? this : throw new KeyNotFoundException($"no guard '{name}'");

    public async Task<GuardReading> CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        var toy = simulation.World.Guard(guard.Id);
        toy.Reads++;
        var (reading, throws) = (toy.Reading, toy.Throws);
        await toy.OnRead();
        await process.DawdleAsync();
        return throws is null ? reading : throw throws;
    }
}
