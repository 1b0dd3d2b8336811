namespace Drydock.Reconcilers.Oms;

/// <summary>What is known of the releases of OMS: which upgrades the vendor lists, and what each release needs. It
/// comes from <c>oms-versions.json</c>, which is shipped in this assembly. Pure.</summary>
internal static class OmsVersionData
{
    private const string Resource = "oms-versions.json";

    private static readonly Lazy<Dictionary<OmsEdition, OmsEditionVersions>> Shipped = new(Load);

    /// <exception cref="JsonException">The shipped file has an unknown or a missing key: a defect.</exception>
    public static OmsEditionVersions Of(OmsEdition edition) => Shipped.Value[edition];

    private static Dictionary<OmsEdition, OmsEditionVersions> Load()
    {
        using var stream = typeof(OmsVersionData).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly does not contain {Resource}.");
        var editions = JsonSerializer.Deserialize(stream, VersionJson.Default.DictionaryOmsEditionEditionFacts)
            ?? throw new InvalidOperationException($"{Resource} is empty.");
        return editions.ToDictionary(e => e.Key, e => new OmsEditionVersions(e.Key, e.Value));
    }
}

/// <summary>What the file says of an edition. Every entry names its source.</summary>
/// <param name="Procedures">Fields of <see cref="OmsProcedure"/>, by the release from which they hold.</param>
internal sealed record EditionFacts(
    MergedFacts MergedArchitecture,
    Dictionary<string, ReleaseFacts> Releases,
    Dictionary<string, JsonObject> Procedures,
    Dictionary<string, FailureFacts> KnownFailures,
    Dictionary<string, AdviceFacts> Advice,
    FloorFacts? Floor = null);

/// <param name="Since">The first release in which migration and synchronisation projects share their tables.</param>
/// <param name="Correction">How the metadata of earlier releases is corrected.</param>
internal sealed record MergedFacts(string Since, MergeCorrection Correction, string Source);

internal sealed record FloorFacts(string Version, string Source);

/// <summary>A release as a target.</summary>
/// <param name="From">The releases that the vendor's guide starts from, such as 4.2.8, and ranges such as 4.2.0..4.2.8;
/// empty for none; null if no list is known.</param>
/// <param name="Note">Half a sentence about the paths to it; null for none.</param>
/// <param name="CorrectionSkippedFrom">The first source release from which its guide skips the correction JAR; null if
/// it does not say.</param>
/// <param name="Questions">What an administrator must have checked, by the word that acknowledges it.</param>
internal sealed record ReleaseFacts(
    string Source,
    List<string>? From = null,
    string? Note = null,
    string? CorrectionSkippedFrom = null,
    Dictionary<string, QuestionFacts>? Questions = null);

/// <param name="Message">Sentences: what is doubtful, and what to check.</param>
/// <param name="FromBelow">It is asked only for sources below this release; null: for all.</param>
internal sealed record QuestionFacts(string Message, string? FromBelow = null);

/// <param name="Since">The first target to which it applies.</param>
/// <param name="Output">A part of the output by which the failure is recognised.</param>
/// <param name="Advice">What to do, with {from} for the version before, {rm} for the rm
/// database, and {write} for the statements that write the version into oms_version.</param>
internal sealed record FailureFacts(string Since, string Output, string Advice, string Source);

/// <param name="Since">The first target to which it applies.</param>
/// <param name="Message">What the administrator has to do or know.</param>
/// <param name="FromBelow">It applies only to sources below this release; null: to all.</param>
internal sealed record AdviceFacts(string Since, string Message, string Source, string? FromBelow = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Dictionary<OmsEdition, EditionFacts>))]
[JsonSerializable(typeof(OmsProcedure))]
internal sealed partial class VersionJson : JsonSerializerContext;
