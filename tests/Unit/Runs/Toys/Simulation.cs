namespace Drydock.Tests.Unit.Runs.Toys;

/// <summary>
/// A world, a store and one operator process after the other, moved one continuation at a time in an order drawn from a
/// seed.
/// </summary>
internal sealed class Simulation
{
    private const int MostMoves = 100_000;
    private int _processes;

    public Simulation(PlanProgress plan, int seed = 1)
    {
        Random = new Random(seed);
        World = new ToyWorld(Time);
        Store = new PlanStore(plan);
        Process = NewProcess();
    }

    public Random Random { get; }

    public ManualTimeProvider Time { get; } = new();

    public ToyWorld World { get; }

    public PlanStore Store { get; }

    public ToyProcess Process { get; private set; }

    public RunControls Controls { get; set; } = new() { TimeoutOf = static _ => TimeSpan.FromMinutes(10) };

    /// <summary>Looks and calls sometimes take up to this long.</summary>
    public TimeSpan Slowness { get; set; }

    /// <summary>Numbers of the kill points at which the process dies, counted over all processes.</summary>
    public HashSet<int> KillAt { get; init; } = [];

    /// <summary>Writes, counted from 1, that go wrong.</summary>
    public Dictionary<int, WriteFault> Faults { get; init; } = [];

    /// <summary>A defect: no text can be redacted.</summary>
    public bool RedactionFails { get; set; }

    /// <summary>One read in this many is answered from a stale cache; 0 for none.</summary>
    public int StaleReads { get; set; }

    /// <summary>Kill points passed.</summary>
    public int Points { get; private set; }

    public int Kills { get; private set; }

    public int Writes { get; private set; }

    public bool IsEnded => Store.Outcome?.State == RunState.Succeeded;

    public RunOutcome Outcome => Store.Outcome!;

    public ToyProcess NewProcess() => new(this, ++_processes);

    public bool Dies(string point)
    {
        Points++;
        point.ShouldNotBeNullOrEmpty();
        return KillAt.Contains(Points);
    }

    public int ReadableVersion() =>
        StaleReads > 0 && Random.Next(StaleReads) == 0 ? Math.Max(0, Store.Version - Random.Next(1, 3)) : Store.Version;

    public void Write(int version, PlanProgress plan, RunOutcome outcome)
    {
        Writes++;
        var fault = Faults.GetValueOrDefault(Writes);
        if (fault is WriteFault.Conflict)
        {
            throw new StoreException("409");
        }

        if (fault is WriteFault.Refused)
        {
            throw new StoreException("500");
        }

        Store.Write(version, plan, outcome);
        if (fault is WriteFault.LostAnswer)
        {
            throw new StoreException("the answer never came");
        }
    }

    /// <summary>Runs until the stored outcome is this.</summary>
    public RunOutcome RunTo(RunState state)
    {
        RunUntil(() => Store.Outcome?.State == state && !Process.IsDead, $"the outcome is {state}");
        return Outcome;
    }

    /// <summary>Runs until something is so, letting time pass whenever nothing else can be done.</summary>
    public void RunUntil(Func<bool> condition, string what)
    {
        for (var moves = 0; !condition(); moves++)
        {
            if (moves > MostMoves || !(MoveProcess() || Time.GoToNext(DateTimeOffset.MaxValue)))
            {
                throw new InvalidOperationException(
                    $"{(moves > MostMoves ? "no end" : "stuck")} after {moves} moves; wanted: {what}; last outcome: "
                    + $"{Store.Outcome}; "
                    + string.Join(", ", Store.Plan.Steps.Select(
                        s => $"{s.Id} {s.State} {s.Attempt}/{s.Record.Tries} {s.Message}")));
            }
        }
    }

    /// <summary>Runs until nothing can be done without letting time pass.</summary>
    public void Settle() => Pass(TimeSpan.Zero);

    /// <summary>Lets this much time pass.</summary>
    public void Pass(TimeSpan span)
    {
        var until = Time.GetUtcNow() + span;
        for (var moves = 0; MoveProcess() || Time.GoToNext(until); moves++)
        {
            moves.ShouldBeLessThan(MostMoves, "it never comes to rest");
        }

        Time.Advance(until - Time.GetUtcNow());
    }

    /// <summary>People change what they want: the object has a new version.</summary>
    public void Want(Func<RunControls, RunControls> change)
    {
        Controls = change(Controls);
        Store.Edit(static plan => plan);
        Process.Wake();
    }

    /// <summary>The operator is killed now.</summary>
    public void Kill()
    {
        Kills++;
        Process = NewProcess();
    }

    private bool MoveProcess()
    {
        if (Process.IsDead)
        {
            Kill();
        }

        return Process.Move();
    }
}
