namespace Drydock.Lab.Oms;

/// <summary>One project.</summary>
/// <param name="Key">The id of the API (<c>np_…</c>).</param>
/// <param name="Name">project_name.</param>
/// <param name="Type">MIGRATION or SYNC.</param>
/// <param name="Status">project_status.</param>
public sealed record OmsProjectState(string Key, string Name, string Type, string Status)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Key} {Type} {Status} {Name}";
}
