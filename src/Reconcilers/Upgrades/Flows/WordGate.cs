namespace Drydock.Reconcilers.Upgrades;

/// <summary>The one gate through which words come in, before any flow sees them:
/// <list type="number">
/// <item>A word that is not for what is here now is recorded without effect, once those that were given with it have
/// taken theirs: it may end the words of the plan.</item>
/// <item>Every other one leaves its mark beside the data (<see cref="IRunTargets.MarkAsync"/>), outside the
/// reconcile.</item>
/// <item>One whose mark was there before is recorded without effect. An approval is recorded as given. The flows see
/// the others (<see cref="RunWords.Admitted"/>), which take effect with the write that records them.</item>
/// </list>
/// A crash between mark and record costs a second word, never a second effect.</summary>
internal sealed class WordGate(RunFrame frame)
{
    private const string Limit = "2m";

    // Another operator that made a mark may be about to record the word; a host may come back.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public Decision Admit(Turn turn, Func<Turn, Decision> next)
    {
        var (marks, before) = (turn.Session.Marks, turn.Status);
        if (before.Conditions.Count == 0)
        {
            // Not before the first write, which has conditions.
            return next(turn);
        }

        var (status, wanted) = (before, new Dictionary<string, GivenWord>(StringComparer.Ordinal));
        var refused = new List<(GivenWord Given, string Why)>();
        var counts = false;
        foreach (var given in marks.TakeIn([.. RunWords.New(turn.Entity)]))
        {
            if (before.Plans.Count == 0 && given.Kind == WordKind.Approval)
            {
                // Given ahead: the plan that it may be for is about to be compiled.
                continue;
            }

            // Without a plan nothing was changed beside which a mark could lie.
            var isMade = before.Plans.Count > 0 ? marks.IsMade(given) : true;
            var why = RunWords.Refusal(turn.Kind, turn.Entity, given) ?? (isMade == false ? RunWords.Spent : null);
            counts |= why is null;
            if (why is not null)
            {
                refused.Add((given, why));
            }
            else if (isMade is null)
            {
                wanted[marks.By(given)] = given;
            }
            else if (given.Kind == WordKind.Approval)
            {
                status = RunWords.Record(status, given, why: null, turn.Now);
            }
            else
            {
                marks.Admit(given);
            }
        }

        if (!counts)
        {
            status = refused.Aggregate(status, (at, word) => RunWords.Record(at, word.Given, word.Why, turn.Now));
        }

        return ReferenceEquals(status, before)
            ? Mark(turn, wanted, next)
            : Decision.Write(status, at => Mark(at, wanted, next));
    }

    private Decision Mark(Turn turn, Dictionary<string, GivenWord> wanted, Func<Turn, Decision> next)
    {
        var marks = turn.Session.Marks;
        if (wanted.Count == 0 || marks.Making is not null)
        {
            return next(turn);
        }

        var make = new Beside<(Dictionary<string, bool> IsMade, string? Failure)>(
            Limit,
            (targets, token) => MakeAsync(targets, wanted, token),
            static (targets, exception) => ([], targets.Redact(exception.Message)));
        return Decision.Do(new BindTargets(), isBound => !isBound
            ? next(turn)
            : Decision.Do(make, begun =>
            {
                marks.Making = begun;
                return next(turn);
            }));
    }

    private async Task<(Dictionary<string, bool> IsMade, string? Failure)> MakeAsync(
        IRunTargets targets, Dictionary<string, GivenWord> wanted, CancellationToken cancellationToken)
    {
        var isMade = new Dictionary<string, bool>(StringComparer.Ordinal);
        string? failure = null;
        try
        {
            foreach (var (by, given) in wanted)
            {
                isMade[given.Key] = await targets.MarkAsync(given.Key, by, cancellationToken);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            failure = targets.Redact(exception.Message);
        }

        if (failure is not null || isMade.ContainsValue(false))
        {
            await Task.Delay(Pause, frame.Services.Time, cancellationToken);
        }

        return (isMade, failure);
    }
}

/// <summary>The marks of the words of one object that are not recorded yet, in memory only.</summary>
internal sealed class WordMarks
{
    private readonly Dictionary<string, (string By, bool? IsMade)> _marks = new(StringComparer.Ordinal);

    public Task<(Dictionary<string, bool> IsMade, string? Failure)>? Making { get; set; }

    /// <summary>Why words wait, as a sentence; null if none does.</summary>
    public string? Waits { get; private set; }

    /// <summary>Takes in what was made. Forgets all other words: one that comes back after it was recorded has been
    /// used.</summary>
    public List<GivenWord> TakeIn(List<GivenWord> words)
    {
        foreach (var gone in _marks.Keys.Except(words.Select(w => w.Key), StringComparer.Ordinal).ToList())
        {
            _marks.Remove(gone);
        }

        if (Making is { IsCompleted: true } made)
        {
            Making = null;
            var (isMade, failure) = made.Result;
            Waits = failure is null ? null
                : "A new approval, acceptance or retry waits: it leaves a mark beside the data before it counts, and "
                    + $"none could be made. {Sentences.Close(failure)} The operator tries again automatically.";
            foreach (var (key, value) in isMade.Where(m => _marks.ContainsKey(m.Key)))
            {
                _marks[key] = (_marks[key].By, value);
            }
        }

        return words;
    }

    /// <summary>Whether the mark is ours; null while that is not known.</summary>
    public bool? IsMade(GivenWord given) => _marks.GetValueOrDefault(given.Key).IsMade;

    /// <summary>What is written into the mark: one that says something else is of another time.</summary>
    public string By(GivenWord given) =>
        (_marks[given.Key] = (_marks.GetValueOrDefault(given.Key).By ?? Guid.NewGuid().ToString("N"), null)).By;

    public void Admit(GivenWord given) => _marks[given.Key] = (_marks.GetValueOrDefault(given.Key).By, true);
}
