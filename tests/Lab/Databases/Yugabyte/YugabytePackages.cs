namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>
/// Makes releases of any version: bin with the programs, post_install.sh and auto_flags.json, postgres/bin/postgres,
/// postgres/share/extension, and share/ysql_migrations. The bytes of each version differ. A program does not start if
/// bin/post_install.sh was not run for its package, or if the package was moved since.
/// </summary>
public static class YugabytePackages
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<YugabytePackage>>> Made = new(
        StringComparer.Ordinal);

    /// <summary>The extensions of every release.</summary>
    public static IReadOnlyList<string> BundledExtensions { get; } = ["plpgsql", "pg_stat_statements", "pgcrypto"];

    /// <summary>A release; it is made once and kept in the cache.</summary>
    public static Task<YugabytePackage> MakeAsync(YugabyteNaming naming, string version) =>
        Made.GetOrAdd($"{naming.Software}-{version}", name => new(() => MakeAsync(naming, version, name))).Value;

    /// <summary>Path of an extension's control file below a release.</summary>
    public static string ControlFileOf(string extension) => $"postgres/share/extension/{extension}.control";

    /// <summary>Path of an extension's library below a release.</summary>
    public static string LibraryOf(string extension) => $"postgres/lib/{extension}.so";

    private static async Task<YugabytePackage> MakeAsync(YugabyteNaming naming, string version, string name)
    {
        var scratch = Directory.CreateTempSubdirectory("drydock-yugabyte-").FullName;
        try
        {
            await AddAsync(scratch, naming, version);
            var made = await StandinPackage.MakeAsync(name, version, [
                naming.Master, naming.Tserver, naming.Admin, naming.SqlShell,
                .. naming.FlagTool is { } tool ? new[] { tool } : []], scratch);
            return new YugabytePackage(version, name, made.Directory, made.Archive, made.Sha256);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static async Task AddAsync(string folder, YugabyteNaming naming, string version)
    {
        var script = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "bin")).FullName, "post_install.sh");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Databases", "Yugabyte", "post_install.sh"), script);
        await Shell.RunAsync("chmod", ["0755", script]);
        await AddPostgresAsync(folder, version);
        foreach (var extension in BundledExtensions)
        {
            await AddExtensionAsync(folder, extension);
        }

        var migrations = Directory.CreateDirectory(Path.Combine(folder, "share", "ysql_migrations")).FullName;
        foreach (var migration in Migrations(version))
        {
            await File.WriteAllTextAsync(Path.Combine(migrations, migration), "-- a statement\n");
        }

        await AddFlagsAsync(folder, naming, version);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "version_metadata.json"),
            $$"""{"version_number":"{{version.Split('-')[0]}}"}""" + "\n");
    }

    // The one with a minor number has come to older series later, to 2.20 before 2024.1 (yugabyte-db#28416).
    private static IEnumerable<string> Migrations(string version)
    {
        const string Enum = "26645__yb_binary_upgrade_set_next_pg_enum_sortorder.sql";
        yield return "V38__14445__alter_pg_stat_statements.sql";
        var release = Version.Parse(version.Split('-')[0]);
        if (release >= new Version(2024, 2))
        {
            yield return $"V39__{Enum}";
        }
        else if (release >= new Version(2024, 1, 7)
            || (release >= new Version(2, 20, 11) && release.Major == 2 && release.Minor == 20))
        {
            yield return $"V38.1__{Enum}";
        }
    }

    // A build asks its programs for their flags. Releases before AutoFlags have no such file.
    private static async Task AddFlagsAsync(string folder, YugabyteNaming naming, string version)
    {
        if (Version.Parse(version.Split('-')[0]) < new Version(2, 17))
        {
            return;
        }

        string[] programs = [naming.Master, naming.Tserver];
        var built = await StandinPackage.MakeAsync($"{naming.Software}-flags", version, programs);
        var flags = await Task.WhenAll(programs.Select(
            program => Shell.RunAsync(Path.Combine(built.Directory, "bin", program), ["--help_auto_flag_json"])));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "bin", "auto_flags.json"),
            $$"""{"auto_flags":[{{string.Join(',', flags.Select(f => f.Trim()))}}]}""" + "\n");
    }

    // Only its version can be asked; the tablet server answers in its place.
    private static async Task AddPostgresAsync(string folder, string version)
    {
        var program = Path.Combine(
            Directory.CreateDirectory(Path.Combine(folder, "postgres", "bin")).FullName, "postgres");
        await File.WriteAllTextAsync(
            program,
            $$"""
            #!/bin/sh
            home="$(cd "$(dirname "$0")/../.." && pwd -P)"
            [ "$(cat "$home/.post_install.sh.completed" 2>/dev/null)" = "$home" ] || { echo "$0: error while loading shared libraries: libyb_util.so: cannot open shared object file: No such file or directory" >&2; exit 127; }
            echo "postgres (PostgreSQL) 11.2-YB-{{version.Split('-')[0]}}-b0"

            """);
        await Shell.RunAsync("chmod", ["0755", program]);
    }

    /// <summary>Puts the files of an extension into a release's directory.</summary>
    internal static async Task AddExtensionAsync(string folder, string extension)
    {
        foreach (var (file, content) in new[]
        {
            (ControlFileOf(extension), $"comment = '{extension}'\ndefault_version = '1.0'\n"),
            ($"postgres/share/extension/{extension}--1.0.sql", $"-- {extension}\n"),
            (LibraryOf(extension), $"library of {extension}\n"),
        })
        {
            var path = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path) ?? folder);
            await File.WriteAllTextAsync(path, content);
        }
    }
}
