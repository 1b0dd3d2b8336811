namespace Drydock.Cli.Init;

/// <summary>The files that <c>init</c> writes: a manifest, and beside it the Secrets that it names.</summary>
internal static class ManifestFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void Write(Surroundings surroundings, FileInfo file, string manifest, string secrets)
    {
        var secretFile = Path.Combine(
            file.DirectoryName!, $"{Path.GetFileNameWithoutExtension(file.Name)}-secrets.yaml");
        var hasSecrets = secrets.Length > 0;
        if (new[] { file.FullName, secretFile }.Take(hasSecrets ? 2 : 1).FirstOrDefault(File.Exists) is { } taken)
        {
            throw CliException.Refused($"{taken} exists already. Nothing was written. Choose another --file.");
        }

        WriteNew(file.FullName, manifest, mode: null);
        if (hasSecrets)
        {
            // The user writes private keys and passwords into it.
            WriteNew(secretFile, secrets, OwnerOnly);
        }

        surroundings.Output.WriteLine(
            (hasSecrets
                ? $"Wrote {file.FullName} and {secretFile}. Fill in the Secrets, apply them, then: "
                : $"Wrote {file.FullName}. It needs no Secret. Then: ")
            + $"`kubectl drydock check -f {ShellWord.Quote(file.FullName)}`.");
    }

    private static void WriteNew(string path, string text, UnixFileMode? mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (mode is not null && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }
}
