namespace Drydock.Tests.Unit.Runs.Toys;

/// <summary>
/// Two live processes on one object; the lease goes to and fro, and either may be frozen at any moment, also between
/// the fence and its act.
/// </summary>
internal sealed class TwoLeaders(Simulation simulation, Random random)
{
    private const int MostChanges = 12;
    private readonly ToyProcess[] _processes = [simulation.Process, simulation.NewProcess()];
    private int _frozen = -1;

    /// <summary>
    /// Runs until all steps succeeded and both have seen it; returns how often the lease changed hands.
    /// </summary>
    public int RunToTheEnd()
    {
        var changes = 0;
        simulation.World.Leader = _processes[0].Id;
        for (var moves = 0; !IsOver(); moves++)
        {
            if (moves > 100_000)
            {
                throw new InvalidOperationException($"no end; last outcome {simulation.Store.Outcome}");
            }

            if (changes < MostChanges && random.Next(40) == 0)
            {
                changes++;
                simulation.World.Leader = _processes[random.Next(2)].Id;
            }

            if (random.Next(30) == 0)
            {
                _frozen = changes < MostChanges ? random.Next(-1, 2) : -1;
            }

            Move();
        }

        return changes;
    }

    private bool IsOver() =>
        simulation.Store.Outcome?.State == RunState.Succeeded && !Array.Exists(_processes, p => p.Run.IsBusy);

    private void Move()
    {
        var first = random.Next(2);
        var version = simulation.Store.Version;
        if (!(TryMove(first) || TryMove(1 - first)))
        {
            _frozen = -1;
            simulation.Time.GoToNext(DateTimeOffset.MaxValue);
        }

        if (simulation.Store.Version != version)
        {
            // Both watch the object.
            Array.ForEach(_processes, p => p.Wake());
        }
    }

    private bool TryMove(int index) => index != _frozen && _processes[index].Move();
}
