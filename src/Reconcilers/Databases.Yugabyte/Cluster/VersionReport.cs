namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Which processes are not of a version.</summary>
/// <param name="Others">Processes that say another one.</param>
/// <param name="Silent">Processes that do not say it.</param>
internal sealed record VersionReport(IReadOnlyList<string> Others, IReadOnlyList<string> Silent)
{
    /// <summary>Whether every process said the version.</summary>
    public bool IsClean => Others.Count == 0 && Silent.Count == 0;

    /// <summary>What is not, in a few words.</summary>
    public string Describe()
    {
        const int Named = 6;
        var all = Others.Concat(Silent).ToList();
        return string.Join("; ", all.Take(Named)) + (all.Count > Named ? $" and {all.Count - Named} more" : "");
    }
}
