using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// One entry of the version data as it is written: the fields are texts that <see cref="VersionSchema"/> accepted. The
/// items of a list are separated by ", ".
/// </summary>
/// <param name="Edition">The edition it belongs to.</param>
/// <param name="Section">For instance <c>releases</c>.</param>
/// <param name="Key">Its key in the section, for instance <c>4.2.9</c>; null where the section is the entry.</param>
/// <param name="Fields">The fields by name.</param>
internal sealed record VersionEntry(
    OmsEdition Edition, string Section, string? Key, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>Where it is in the file: <c>editions.Community.releases.4.2.9</c>.</summary>
    public string Path => Key is null ? $"editions.{Edition}.{Section}" : $"editions.{Edition}.{Section}.{Key}";

    /// <summary>The text of a field; null if the entry does not have it.</summary>
    public string? this[string field] => Fields.GetValueOrDefault(field);

    /// <summary>The items of a list field.</summary>
    public IReadOnlyList<string> Items(string field) =>
        this[field] is { Length: > 0 } text ? text.Split(", ") : [];
}

/// <summary>What breaks the schema of the version data.</summary>
/// <param name="Path">Where: <c>editions.Community.releases.4.2.9.from</c>.</param>
/// <param name="Value">What is written there; null where something is missing.</param>
/// <param name="Expected">What is expected there.</param>
internal sealed record VersionDataProblem(string Path, string? Value, string Expected)
{
    /// <summary>The problem as a sentence.</summary>
    public string Message => Value is null
        ? $"{Path} is missing; expected {Expected}."
        : $"{Path} is '{(Value.Length <= 120 ? Value : Value[..120] + "…")}'; expected {Expected}.";
}
