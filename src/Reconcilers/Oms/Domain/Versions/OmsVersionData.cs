namespace Drydock.Reconcilers.Oms;

/// <summary>What is known of the releases of OMS: which upgrades the vendor lists, and what each release needs. It
/// comes from <c>oms-versions.json</c>, which is shipped in this assembly. Pure.</summary>
internal sealed class OmsVersionData
{
    private const string Resource = "oms-versions.json";

    private static readonly Lazy<OmsVersionData> Loaded = new(Load);

    private readonly Dictionary<OmsEdition, OmsEditionVersions> _editions;

    private OmsVersionData(Dictionary<OmsEdition, EditionFacts> editions) =>
        _editions = editions.ToDictionary(e => e.Key, e => new OmsEditionVersions(e.Key, e.Value));

    /// <summary>What is shipped with the operator.</summary>
    /// <exception cref="JsonException">The shipped file has an unknown or a missing key: a defect.</exception>
    public static OmsVersionData Shipped => Loaded.Value;

    public OmsEditionVersions Of(OmsEdition edition) => _editions[edition];

    private static OmsVersionData Load()
    {
        using var stream = typeof(OmsVersionData).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly does not contain {Resource}.");
        var editions = JsonSerializer.Deserialize(stream, VersionJson.Default.DictionaryOmsEditionEditionFacts);
        return new OmsVersionData(editions ?? throw new InvalidOperationException($"{Resource} is empty."));
    }
}

/// <summary>What the file says of an edition. Every entry names its source.</summary>
/// <param name="Procedures">By the release from which an entry holds.</param>
internal sealed record EditionFacts(
    MergedFacts MergedArchitecture,
    Dictionary<string, ReleaseFacts> Releases,
    Dictionary<string, ProcedureFacts> Procedures,
    Dictionary<string, FailureFacts> KnownFailures,
    Dictionary<string, AdviceFacts> Advice,
    FloorFacts? Floor = null);

/// <param name="Since">The first release in which migration and synchronisation projects share their tables.</param>
/// <param name="Correction">How the metadata of earlier releases is corrected.</param>
internal sealed record MergedFacts(string Since, MergeCorrection Correction, string Source);

internal sealed record FloorFacts(string Version, string Source);

/// <summary>A release as a target.</summary>
/// <param name="From">Releases such as 4.2.8 and ranges such as 4.2.0..4.2.8; null if no list is known.</param>
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

/// <summary>What a release needs or has. A field holds until a later entry has it too.</summary>
internal sealed record ProcedureFacts(
    string Source,
    InitKind? Init = null,
    string? SuccessMarker = null,
    ProgramsBeforeInit? ProgramsBeforeInit = null,
    string? WaitBeforeInit = null,
    bool? IsUpgrade = null,
    bool? HaConfig = null,
    bool? ProjectApi = null,
    string? Health = null,
    string? MigrationWriter = null,
    string? SynchronizationWriter = null,
    SuspendedLinks? SuspendedLinks = null,
    bool? DbTypeMayBeMissing = null,
    bool? VersionTable = null,
    bool? CgroupV2 = null);

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
internal sealed partial class VersionJson : JsonSerializerContext;
