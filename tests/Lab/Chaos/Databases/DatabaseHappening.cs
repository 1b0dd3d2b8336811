namespace Drydock.Lab.Chaos.Databases;

/// <summary>The accidents of one run so far, and their repairs.</summary>
internal sealed class DatabaseHappening(DatabaseScene scene)
{
    private readonly List<Struck> _struck = [];

    /// <summary>Whether the last accident waits for a repair.</summary>
    public bool NeedsAPerson => _struck is [.., { Case.Accident.Fix: not null, IsMended: false }];

    /// <summary>Whether an accident explains more starts of processes than in the undisturbed run.</summary>
    public bool Restarts => _struck.Exists(struck => struck.Case.Accident?.Restarts == true || struck.Stops.Count > 0);

    /// <summary>The stops of the run, for the console.</summary>
    public string Stops => string.Join(", ", _struck.SelectMany(struck => struck.Stops));

    /// <summary>Whether an accident caused the violation.</summary>
    public bool Permits(string violation) =>
        _struck.Exists(struck =>
            struck.Case.Accident?.Permits.Any(word => violation.Contains(word, StringComparison.Ordinal)) == true);

    /// <summary>
    /// Causes the accident of a case after the one before is repaired: two accidents at a time are out of scope.
    /// </summary>
    public async Task StrikeAsync(DatabaseChaosCase chaos, string process, CancellationToken cancellationToken)
    {
        if (_struck is [.., { Case.Accident: not null }])
        {
            await MendAsync(cancellationToken);
        }

        var struck = new Struck(chaos, scene with { Process = process });
        _struck.Add(struck);
        if (chaos.Accident is { } accident)
        {
            await accident.Strike(struck.Scene, cancellationToken);
            return;
        }

        await scene.Operator.EndOperatorsAsync();
        scene.Stage.StartOperator();
    }

    /// <summary>Repairs every accident that struck and is not repaired yet.</summary>
    public async Task MendAsync(CancellationToken cancellationToken)
    {
        foreach (var struck in _struck.Where(struck => !struck.IsMended))
        {
            struck.IsMended = true;
            if (struck.Case.Accident?.Mend is { } mend)
            {
                await mend(struck.Scene, cancellationToken);
            }
        }
    }

    /// <summary>Records a stop.</summary>
    public void Note(JsonNode? seen)
    {
        if (_struck is not [.., var last])
        {
            return;
        }

        last.Stops.Add(seen is null ? "still trying" : $"{seen.Phase()}/{seen.Reason("Stalled")}");
        last.Said.Add(seen?.Message() ?? "");
    }

    /// <summary>The outcomes. In a shared run, cases whose moment never came are missing.</summary>
    public IReadOnlyDictionary<DatabaseChaosCase, ChaosOutcome> Outcomes(
        IReadOnlyList<DatabaseChaosCase> run, string? difference)
    {
        if (_struck.Count == 0)
        {
            return run.Count == 1
                ? new Dictionary<DatabaseChaosCase, ChaosOutcome> { [run[0]] = new(false, "not reached", difference) }
                : new Dictionary<DatabaseChaosCase, ChaosOutcome>();
        }

        return _struck.ToDictionary(struck => struck.Case, struck =>
            new ChaosOutcome(true, Way(struck, struck == _struck[^1], difference), difference) { Said = struck.Said });
    }

    private string Way(Struck struck, bool isLast, string? difference)
    {
        var end = difference is null ? "Succeeded" : "ended otherwise";
        if (struck.Case.IsKill)
        {
            return _struck.Count == 1
                ? "killed"
                : string.Create(CultureInfo.InvariantCulture, $"one of {_struck.Count} kills of one run");
        }

        string[] mended = struck.Case.Accident!.Fix is not null ? ["mended"] : [];
        var together = _struck.Count == 1
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $", one of {_struck.Count} accidents of one run");
        return string.Join(" → ", [.. struck.Stops, .. mended, (isLast ? end : "went on") + together]);
    }

    private sealed class Struck(DatabaseChaosCase chaos, DatabaseScene scene)
    {
        public DatabaseChaosCase Case => chaos;

        public DatabaseScene Scene => scene;

        public bool IsMended { get; set; }

        public List<string> Stops { get; } = [];

        public List<string> Said { get; } = [];
    }
}
