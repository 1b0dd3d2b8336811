namespace Drydock.Tests.Unit.Fakes;

/// <summary>What befalls a call. A number is the code of the answer to a call that is not carried out.</summary>
internal enum ApiFault
{
    Forbidden = 403,

    /// <summary>Another client changes the object first; a creation arrives twice.</summary>
    Conflict = 409,

    TooLarge = 413,

    Invalid = 422,

    ServerError = 500,

    /// <summary>The call is carried out and its answer is lost.</summary>
    LostAnswer = 1000,

    /// <summary>The call arrives after a pause.</summary>
    Slow,
}

/// <summary>A fault, and the calls that it befalls. What is null selects every call.</summary>
internal sealed record ApiFaultRule(ApiFault Fault)
{
    private int _seen;

    /// <summary>The verb as <see cref="ApiCall.Verb"/> has it.</summary>
    public string? Verb { get; init; }

    public string? Kind { get; init; }

    public string? Name { get; init; }

    public Func<ApiCall, bool> Where { get; init; } = static _ => true;

    /// <summary>Which of the selected calls, from 1; 0 for each.</summary>
    public int Nth { get; init; }

    public TimeSpan Pause { get; init; }

    /// <summary>Counts a call, and says whether the fault befalls it.</summary>
    public bool Befalls(ApiCall call) =>
        (Verb ?? call.Verb) == call.Verb
        && (Kind ?? call.Kind) == call.Kind
        && (Name ?? call.Request.Name) == call.Request.Name
        && Where(call)
        && (++_seen == Nth || Nth == 0);

    public T CarryOut<T>(FakeKubernetes server, ApiCall call, Func<T> carryOut)
    {
        if (Fault == ApiFault.Slow)
        {
            return carryOut();
        }

        if (Fault == ApiFault.LostAnswer || (Fault == ApiFault.Conflict && call.Verb == "create"))
        {
            carryOut();
        }

        throw server.Refusal(Fault, call);
    }
}

/// <summary>The faults that calls of clients meet.</summary>
internal sealed class ApiFaults
{
    private readonly Lock _lock = new();
    private readonly List<ApiFaultRule> _rules = [];

    public void Add(ApiFaultRule rule) => _rules.Add(rule);

    public void Clear() => _rules.Clear();

    /// <summary>The fault that befalls a call; null if none does.</summary>
    public ApiFaultRule? Take(ApiCall call)
    {
        lock (_lock)
        {
            return _rules.Count == 0 ? null : _rules.FindAll(rule => rule.Befalls(call)).FirstOrDefault();
        }
    }
}
