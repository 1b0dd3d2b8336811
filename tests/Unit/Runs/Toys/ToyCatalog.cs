namespace Drydock.Tests.Unit.Runs.Toys;

internal sealed class ToyCatalog(Simulation simulation, ToyProcess process) : IStepCatalog, IGuardCheck
{
    public bool Concerns(Step aboutToAct) => true;

    private static readonly string[] Known = ["plain", "once", "restart", "check"];

    public IStepAction Action(PlannedStep step) =>
        Known.Contains(step.Action)
            ? new ToyAction(step.Action, simulation, process)
            {
                MayPrepareEarly = !simulation.World[step.Id].RecordsFormer,
            }
            : throw new KeyNotFoundException($"no action '{step.Action}'");

    public IGuardCheck Guard(PlannedGuard guard) =>
        guard.Check == "toy" ? this : throw new KeyNotFoundException($"no guard '{guard.Check}'");

    public async Task<GuardReading> CheckAsync(Guard guard, PlanProgress plan, CancellationToken cancellationToken)
    {
        var toy = simulation.World.Guard(guard.Id);
        toy.Reads++;
        var (reading, throws) = (toy.Reading, toy.Throws);
        await toy.OnRead();
        await process.DawdleAsync();
        return throws is null ? toy.Judge?.Invoke(plan) ?? reading : throw throws;
    }
}
