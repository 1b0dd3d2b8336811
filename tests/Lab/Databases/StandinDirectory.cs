using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Drydock.Lab.Databases;

/// <summary>
/// The directory that all stand-ins of one cluster share, on whichever host they run: their state, the record of every
/// call, the violations they noticed, the counts of the client, and the faults they are to have.
/// </summary>
/// <param name="path">Its path, the same on the machine and on every host.</param>
public sealed class StandinDirectory(string path)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    // As common/faults.go names them. The lock is the kernel's own (flock), which FileShare.None takes too.
    private string FaultsFile => System.IO.Path.Combine(Path, "faults.json");

    private string FaultsLock => System.IO.Path.Combine(Path, ".faults.lock");

    /// <summary>Its path.</summary>
    public string Path { get; } = path;

    /// <summary>Makes the directory so that the users of all hosts may write there.</summary>
    public static StandinDirectory Create(string path)
    {
        const UnixFileMode everybody =
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, everybody);
        return new StandinDirectory(path);
    }

    /// <summary>Everything that happened, in its order.</summary>
    public IReadOnlyList<StandinEvent> Record() => Lines("record.jsonl", StandinJson.Default.StandinEvent);

    /// <summary>What must never happen and did. Empty after a careful upgrade.</summary>
    public IReadOnlyList<StandinEvent> Violations() => Lines("violations.jsonl", StandinJson.Default.StandinEvent);

    /// <summary>What the client did, second by second.</summary>
    public IReadOnlyList<StandinSecond> Client() => Lines("client.jsonl", StandinJson.Default.StandinSecond);

    /// <summary>Forgets violations that a test caused on purpose.</summary>
    public void ForgiveViolations() => File.Delete(System.IO.Path.Combine(Path, "violations.jsonl"));

    /// <summary>Sets the faults; those there were are gone.</summary>
    public async Task SetFaultsAsync(IEnumerable<StandinFault> faults, CancellationToken cancellationToken = default)
    {
        await using var held = await LockAsync(cancellationToken);
        var beside = FaultsFile + ".new";
        await File.WriteAllTextAsync(beside, JsonSerializer.Serialize([.. faults], StandinJson.Default.ListStandinFault), cancellationToken);
        File.SetUnixFileMode(beside, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        File.Move(beside, FaultsFile, overwrite: true);
    }

    /// <summary>Ends all faults.</summary>
    public async Task ClearFaultsAsync(CancellationToken cancellationToken = default)
    {
        await using var held = await LockAsync(cancellationToken);
        File.Delete(FaultsFile);
    }

    /// <summary>The faults with what is left of their counts.</summary>
    public async Task<IReadOnlyList<StandinFault>> FaultsAsync(CancellationToken cancellationToken = default)
    {
        await using var held = await LockAsync(cancellationToken);
        return File.Exists(FaultsFile) ? JsonSerializer.Deserialize(await File.ReadAllTextAsync(FaultsFile, cancellationToken), StandinJson.Default.ListStandinFault) ?? [] : [];
    }

    /// <summary>A file of the stand-ins, or null while there is none. They replace it as a whole.</summary>
    public T? Read<T>(string name, JsonTypeInfo<T> type)
        where T : class
    {
        var file = System.IO.Path.Combine(Path, name);
        return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllText(file), type) : null;
    }

    private List<T> Lines<T>(string name, JsonTypeInfo<T> type)
    {
        var file = System.IO.Path.Combine(Path, name);
        if (!File.Exists(file))
        {
            return [];
        }

        var text = File.ReadAllText(file);
        // What stands behind the last end of a line is being written.
        return
        [
            .. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize(line, type) ?? throw new LabException($"{file}: {line} is no entry")),
        ];
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var file = new FileStream(FaultsLock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                File.SetUnixFileMode(FaultsLock, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
                return file;
            }
            catch (IOException)
            {
                // A stand-in counts one down.
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }
        }
    }
}
