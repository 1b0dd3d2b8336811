namespace Drydock.Reconcilers.Oms;

/// <summary>A release as a target of upgrades.</summary>
/// <param name="Version">The release.</param>
/// <param name="From">The releases that the vendor's guide starts from, empty for none; null if no list is
/// known.</param>
/// <param name="Note">Half a sentence about the paths to it; null for none.</param>
/// <param name="CorrectionSkippedFrom">The first source release from which its guide skips the correction JAR; null if
/// it does not say.</param>
internal sealed record OmsRelease(
    OmsVersion Version, IReadOnlyList<ReleaseRange>? From, string? Note, OmsVersion? CorrectionSkippedFrom)
{
    public Dictionary<string, QuestionFacts> Questions { get; init; } = [];

    /// <summary>Whether the vendor's guide starts from a version.</summary>
    public bool IsListedFrom(OmsVersion source) => From?.Any(range => range.Contains(source)) == true;
}

/// <summary>A failure of docker_init.sh that the vendor describes.</summary>
/// <param name="Output">A part of the output by which it is recognised.</param>
/// <param name="Advice">What to do.</param>
internal sealed record KnownFailure(string Output, string Advice);

/// <summary>What the administrator has to do or know after an upgrade.</summary>
/// <param name="Key">Its stable key.</param>
/// <param name="Message">The sentence.</param>
internal sealed record VersionAdvice(string Key, string Message);
