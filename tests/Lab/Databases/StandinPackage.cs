namespace Drydock.Lab.Databases;

/// <summary>
/// A package of stand-ins in the format of the vendors: a folder with <c>bin</c>, and an archive of it.
/// </summary>
/// <param name="Version">The version of its programs.</param>
/// <param name="Directory">The unpacked folder in the lab's cache; it must not be changed.</param>
/// <param name="Archive">The .tar.gz; all its files are below one folder.</param>
/// <param name="Sha256">SHA-256 of the archive, 64 hex digits.</param>
public sealed record StandinPackage(string Version, string Directory, string Archive, string Sha256)
{
    /// <summary>Makes a package, or finds it in the cache.</summary>
    /// <param name="name">Name of the folder and the archive.</param>
    /// <param name="programs">The programs in <c>bin</c>.</param>
    /// <param name="added">A folder whose content is added next to <c>bin</c>.</param>
    public static async Task<StandinPackage> MakeAsync(
        string name,
        string version,
        IEnumerable<string> programs,
        string? added = null,
        CancellationToken cancellationToken = default)
    {
        string[] extra = added is null ? [] : ["--add", added];
        var output = await Shell.RunAsync(
            "bash",
            [
                Recipes.PathOf("standin.sh"), "package", "--name", name, "--version", version, "--programs",
                string.Join(' ', programs), .. extra, "--sha256"
            ],
            cancellationToken: cancellationToken);
        var values = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
        return new StandinPackage(version, values["directory"], values["archive"], values["sha256"]);
    }
}
