namespace Drydock.Crds.Common;

/// <summary>The largest size of a status. etcd accepts requests of 1.5 MiB, and the object also holds spec and
/// metadata. Above the budget the texts for people are shortened, all alike; what was done and what is needed to
/// continue is kept whole.</summary>
public static class StatusBudget
{
    /// <summary>Bytes of a status as JSON.</summary>
    public const int Bytes = 900 * 1024;

    /// <summary>Bytes of a status that the server refused for its size or for one of its texts.</summary>
    public const int BytesAfterRefusal = 400 * 1024;

    private const string AfterRefusal = "texts of this status are shortened: the API server refused a longer one.";
    private const string NearLimit = "texts of this status are shortened: with longer ones it would come near "
        + "the largest that the API server takes.";

    // The summary of the status is what people read first: it stays longer than other texts.
    private const int ShortestSummary = 2048;
    private static readonly int[] Lengths = [SchemaLimits.Message, 2048, 512, 128];

    /// <summary>The status within the bounds of the schema and the budget, as far as shorter texts achieve
    /// that.</summary>
    /// <param name="status">The status.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="refused">Whether the server refused it as it was: the texts are shortened at once, and
    /// more.</param>
    public static TStatus Fit<TStatus>(TStatus status, JsonTypeInfo type, bool refused = false)
        where TStatus : ObservedStatus
    {
        var budget = refused ? BytesAfterRefusal : Bytes;
        var fitted = status;
        foreach (var length in refused ? Lengths[2..] : Lengths)
        {
            var cut = 0;
            var untold = (TStatus)((ObservedStatus)status with { Message = null });
            fitted = StatusTexts.Bound(untold, length, ref cut);
            var said = length < SchemaLimits.Message && cut > 0 ? Said(cut, refused) : "";
            var message = status.Message is null && said.Length == 0
                ? null
                : SchemaLimits.Clip(status.Message ?? "", Math.Max(length, ShortestSummary) - said.Length) + said;
            fitted = message == status.Message && ReferenceEquals(fitted, untold)
                ? status
                : (TStatus)((ObservedStatus)fitted with { Message = message });

            if (Weight(fitted, type) <= budget)
            {
                break;
            }
        }

        return fitted;
    }

    /// <summary>Whether the stored status says that the server refused a longer one: it is not tried again as long as
    /// its texts are as long.</summary>
    public static bool WasRefused(ObservedStatus? stored) =>
        stored?.Message?.Contains(AfterRefusal, StringComparison.Ordinal) == true;

    /// <summary>Bytes of a status as JSON.</summary>
    public static int Weight<TStatus>(TStatus status, JsonTypeInfo type)
        where TStatus : ObservedStatus => JsonSerializer.SerializeToUtf8Bytes(status, type).Length;

    private static string Said(int cut, bool refused) =>
        $" [{cut} {(refused ? AfterRefusal : NearLimit)}]";
}

/// <summary>What every kind reports.</summary>
public abstract record ObservedStatus
{
    /// <summary>The observed generation of an object that the operator has not seen yet. The API server sets it as the
    /// default; no generation is ever negative.</summary>
    public const long NotObserved = -1;

    /// <summary>The generation of the spec that this status describes; -1 before the operator has seen it.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>The current phase. Clients treat unknown phases as in progress.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Phase { get; init; }

    /// <summary>What the operator is doing, or what is wrong and what to do.</summary>
    [Length(SchemaLimits.Message)]
    public string? Message { get; init; }

    /// <summary>When the work began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Conditions of kstatus (Ready, Reconciling, Stalled), and what to wait for (Held, Succeeded, Failed).
    /// But for Ready they are absent unless true.</summary>
    [ListMap("type")]
    [Items(40)]
    public List<Condition> Conditions { get; init => field = value ?? []; } = [];
}

/// <summary>What the operator reports about an object whose work is one job: a snapshot or a restore.</summary>
public abstract record JobStatus : ObservedStatus
{
    /// <summary>Number of attempts so far.</summary>
    [Range(0, int.MaxValue)]
    public int Attempt { get; init; }

    /// <summary>The most recently used retry tokens. No token works twice.</summary>
    [Items(SchemaLimits.History)]
    public List<UsedToken> UsedTokens { get; init => field = value ?? []; } = [];
}
