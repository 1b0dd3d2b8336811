using Drydock.Cli.Runs;

namespace Drydock.Cli.Changes;

/// <summary>A change of annotations that a verb asks for, before it is written.</summary>
internal sealed record Change
{
    /// <summary>What will happen, one sentence for the user.</summary>
    public required string Sentence { get; init; }

    /// <summary>The annotations afterwards; null removes one.</summary>
    public required IReadOnlyDictionary<string, string?> Annotations { get; init; }

    /// <summary>
    /// What the operator made of it, as a sentence; null while it has not acted yet. Called with each later state of
    /// the object.
    /// </summary>
    public required Func<Run, TakenUp?> Effect { get; init; }

    /// <summary>The one annotation of a change.</summary>
    public static IReadOnlyDictionary<string, string?> One(string annotation, string? value) =>
        new Dictionary<string, string?>(StringComparer.Ordinal) { [annotation] = value };
}

/// <summary>What the operator made of a change.</summary>
/// <param name="Sentence">For the user.</param>
/// <param name="IsRefused">Whether the operator ignored it.</param>
internal sealed record TakenUp(string Sentence, bool IsRefused = false);
