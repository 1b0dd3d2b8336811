using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// Runs a plan on a universe by the real engine, in the world's time, through as many lives of the operator as it
/// takes.
/// </summary>
internal sealed class YugaRun : IAsyncDisposable
{
    private const int MostMoves = 400_000;
    private readonly Func<int, string, YugaFate> _fates;
    private WorldScheduler _scheduler = new();
    private PlanRun _run = new(new Random(1));
    private StepCatalog<YugabyteCluster>? _catalog;
    private Task<bool>? _advance;
    private ITimer? _timer;
    private bool _isWoken = true;
    private (YugaLife Life, WorldScheduler Scheduler)? _frozen;

    public YugaRun(YugaWorld world, PlanProgress plan, Func<int, string, YugaFate>? fates = null)
    {
        World = world;
        Store = new PlanStore(plan);
        _fates = fates ?? ((_, _) => YugaFate.Live);
        Life = NewLife();
    }

    public YugaWorld World { get; }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    public PlanStore Store { get; }

    public YugaLife Life { get; private set; }

    public int Points { get; private set; }

    public int Lives { get; private set; } = 1;

    public List<string> PointNames { get; } = [];

    public PlanProgress Plan => Store.Plan;

    public RunOutcome Outcome => Store.Outcome!;

    public bool Retry { get; set; }

    public HashSet<string> HoldBefore { get; } = new(StringComparer.Ordinal);

    /// <summary>Messages of running steps, as they were stored.</summary>
    public HashSet<string> Told { get; } = new(StringComparer.Ordinal);

    /// <summary>The discovery of a universe that is well.</summary>
    public static YugabyteDiscovery Discover(YugaWorld world)
    {
        var preflight = new YugabytePreflight(new YugabyteCluster(new YugaLife(world).Context)).RunAsync(
            CancellationToken.None);
        preflight.IsCompleted.ShouldBeTrue("preflight waits for nothing here");
        var result = preflight.GetAwaiter().GetResult();
        result.Findings.ShouldBeEmpty();
        return result.Discovery.ShouldNotBeNull();
    }

    public static Plan Compile(YugaWorld world) => new YugabytePlanner(world.Spec, Discover(world)).Compile() with
    {
        Number = 1,
        Id = world.NextPlanId(),
    };

    public static YugaRun Of(YugaWorld world, Func<int, string, YugaFate>? fates = null) =>
        new(world, PlanProgress.Of(Compile(world)), fates);

    public YugaRun ToEnd() => Until(() => Store.Outcome?.State is RunState.Succeeded or RunState.Failed, "it ends");

    public YugaRun Until(Func<bool> condition, string what)
    {
        for (var moves = 0; !condition(); moves++)
        {
            if (moves > MostMoves || !(Move() || World.Time.GoToNext(DateTimeOffset.MaxValue)))
            {
                throw new InvalidOperationException(
                    $"{(moves > MostMoves ? "no end" : "stuck")} after {moves} moves; wanted: {what}; {Store.Outcome}; "
                    + $"{string.Join(", ", Plan.Steps.Where(s => s.State != StepState.Succeeded).Take(3)
                        .Select(s => $"{s.Id} {s.State} {s.Attempt}/{s.Record.Tries} {s.Message}"))}");
            }
        }

        return this;
    }

    public bool HasFrozen => _frozen is not null;

    /// <summary>The life that froze continues, beside the one that leads, until it has nothing left to do.</summary>
    public void ThawFrozen()
    {
        var (life, scheduler) = _frozen!.Value;
        life.Thaw!();
        while (!scheduler.IsIdle)
        {
            scheduler.Move();
        }

        life.Die();
    }

    public void Wake() => _isWoken = true;

    private bool Move()
    {
        if (Life.IsDead || Life.Thaw is not null)
        {
            _frozen = Life.IsDead ? _frozen : (Life, _scheduler);
            Lives++;
            (_scheduler, _run, _advance, _isWoken) = (new WorldScheduler(), new PlanRun(new Random(Lives)), null, true);
            _timer?.Dispose();
            Life = NewLife();
        }

        if (_advance is { IsFaulted: true })
        {
            _advance.GetAwaiter().GetResult();
        }

        if (_isWoken && _advance is null or { IsCompleted: true } && _isWoken)
        {
            _isWoken = false;
            _advance = _scheduler.Start(AdvanceAsync);
        }

        if (_scheduler.IsIdle)
        {
            return false;
        }

        _scheduler.Move();
        return true;
    }

    private YugaLife NewLife()
    {
        var life =
            new YugaLife(World, Fate) { ReadStatus = () => new DatabaseRollingUpgradeStatus { Plan = Store.Plan } };
        life.Leads = () => Life == life;
        _catalog = new StepCatalog<YugabyteCluster>(new YugabyteCluster(life.Context));
        return life;
    }

    private YugaFate Fate(string what)
    {
        Points++;
        PointNames.Add(what);
        return _fates(Points, what);
    }

    private async Task<bool> AdvanceAsync()
    {
        var (life, version) = (Life, Store.Version);
        var environment =
            new RunEnvironment { OwnerUid = "uid", Catalog = _catalog!, Fence = life, Time = World.Time, Wake = Wake };
        var controls = new RunControls
        {
            TimeoutOf = step => new YugabyteEngine().Steps.TimeLimit(World.Spec, step),
            Retry = Retry,
            HoldBefore = HoldBefore
        };
        Retry = false;
        RunOutcome outcome;
        try
        {
            outcome = await _run.AdvanceAsync(
                Store.Read(version),
                controls,
                environment,
                (plan, result, _) => Store.IsSame(version, plan, result) && !result.Acts
                    ? Task.CompletedTask
                    : life.ChangeAsync("status", "write", () =>
                    {
                        Store.Write(version, plan, result);
                        Told.UnionWith(plan.Steps.Where(s => s.State == StepState.Running && s.Message is not null)
                            .Select(s => s.Message!));
                        return true;
                    }),
                CancellationToken.None);
        }
        catch (HostException)
        {
            // The write was refused, or its answer lost: read again and decide again.
            Wake();
            return false;
        }

        _timer?.Dispose();
        _timer = outcome.RequeueAfter is { } after
            ? World.Time.CreateTimer(_ => Wake(), null, after, Timeout.InfiniteTimeSpan)
            : null;
        return true;
    }
}
