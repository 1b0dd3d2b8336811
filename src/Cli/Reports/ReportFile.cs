namespace Drydock.Cli.Reports;

/// <summary>The file of a report. It has its name only once it is complete.</summary>
internal static class ReportFile
{
    private const string Unfinished = ".partial";

    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        if (File.Exists(path))
        {
            throw CliException.Refused($"{path} exists already. Nothing was written. Choose another --file.");
        }

        var partial = path + Unfinished;
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var opened = UserFile.Use("--file", path, _ => new FileStream(partial, options));
        try
        {
            await using (opened)
            {
                await write(opened);
            }

            File.Move(partial, path);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }
}
