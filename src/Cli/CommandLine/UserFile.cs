namespace Drydock.Cli.CommandLine;

/// <summary>Files that the user names with an option.</summary>
internal static class UserFile
{
    public static byte[] Read(string option, string path) => Use(option, path, File.ReadAllBytes);

    /// <exception cref="CliException">The file cannot be used. The message names what to repair.</exception>
    public static T Use<T>(string option, string path, Func<string, T> use)
    {
        try
        {
            return use(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{Why(refused, path)} Choose another path with {option}.");
        }
    }

    private static string Why(Exception refused, string path) => refused switch
    {
        _ when Directory.Exists(path) => $"{path} is a folder, not a file.",
        FileNotFoundException => $"There is no file {path}.",
        DirectoryNotFoundException => $"There is no folder {Path.GetDirectoryName(Path.GetFullPath(path))}.",
        UnauthorizedAccessException => $"You may not use the file {path}.",
        _ => $"The file {path} cannot be used: {Sentences.Close(refused.Message)}",
    };
}
