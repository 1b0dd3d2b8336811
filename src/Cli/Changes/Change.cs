namespace Drydock.Cli.Changes;

/// <summary>A change of annotations that a verb asks for, before it is written.</summary>
internal sealed record Change
{
    /// <summary>What will happen, whole sentences. If it is another one by the time of the write, nothing is
    /// written.</summary>
    public required string Promise { get; init; }

    /// <summary>The name to type before data are dropped; null asks for y.</summary>
    public string? Confirm { get; init; }

    public string Circumstances { get; init; } = "";

    public string Sentence => Circumstances.Length == 0 ? Promise : $"{Promise} {Circumstances}";

    /// <summary>The annotations afterwards; null removes one.</summary>
    public required IReadOnlyDictionary<string, string?> Annotations { get; init; }

    /// <summary>What the operator made of it, as a sentence; null while it has not acted yet. Called with each later
    /// state of the object.</summary>
    public required Func<Run, TakenUp?> Effect { get; init; }

    public bool Keeps(string sentence) =>
        sentence == Promise || sentence.StartsWith($"{Promise} ", StringComparison.Ordinal);

    public static IReadOnlyDictionary<string, string?> One(string annotation, string? value) =>
        new Dictionary<string, string?>(StringComparer.Ordinal) { [annotation] = value };
}

/// <summary>What the operator made of a change.</summary>
/// <param name="IsRefused">Whether the operator ignored it, or the run was past it.</param>
internal sealed record TakenUp(string Sentence, bool IsRefused = false);
