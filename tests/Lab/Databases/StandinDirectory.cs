using System.Text.Json.Serialization.Metadata;

namespace Drydock.Lab.Databases;

/// <summary>
/// The directory that all stand-ins of one cluster share on all hosts: their state, the record of every call, the
/// violations that they noticed, the counts of the client, and the faults they must show.
/// </summary>
/// <param name="path">Its path, the same on the machine and on every host.</param>
public sealed class StandinDirectory(string path)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    // The names of common/faults.go. The lock is the kernel's own (flock), which FileShare.None takes too.
    private string FaultsFile => System.IO.Path.Combine(Path, "faults.json");

    private string FaultsLock => System.IO.Path.Combine(Path, ".faults.lock");

    public string Path { get; } = path;

    /// <summary>Makes the directory with write access for the users of all hosts.</summary>
    public static StandinDirectory Create(string path)
    {
        const UnixFileMode everybody =
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead
            | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, everybody);
        return new StandinDirectory(path);
    }

    /// <summary>All events, in their order.</summary>
    public IReadOnlyList<StandinEvent> Record() => Lines("record.jsonl", StandinJson.Default.StandinEvent);

    /// <summary>Events that must never happen. Empty after a careful upgrade.</summary>
    public IReadOnlyList<StandinEvent> Violations() => Lines("violations.jsonl", StandinJson.Default.StandinEvent);

    /// <summary>The counts of the client, second by second.</summary>
    public IReadOnlyList<StandinSecond> Client() => Lines("client.jsonl", StandinJson.Default.StandinSecond);

    /// <summary>Removes the violations that a test caused on purpose.</summary>
    public void ForgiveViolations() => File.Delete(System.IO.Path.Combine(Path, "violations.jsonl"));

    /// <summary>Replaces the faults.</summary>
    public async Task SetFaultsAsync(IEnumerable<StandinFault> faults, CancellationToken cancellationToken = default)
    {
        await using var held = await LockAsync(cancellationToken);
        var beside = FaultsFile + ".new";
        await File.WriteAllTextAsync(
            beside, JsonSerializer.Serialize([.. faults], StandinJson.Default.ListStandinFault), cancellationToken);
        File.SetUnixFileMode(beside, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
            | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        File.Move(beside, FaultsFile, overwrite: true);
    }

    /// <summary>Removes all faults.</summary>
    public async Task ClearFaultsAsync(CancellationToken cancellationToken = default)
    {
        await using var held = await LockAsync(cancellationToken);
        File.Delete(FaultsFile);
    }

    /// <summary>The faults with their remaining counts.</summary>
    public async Task<IReadOnlyList<StandinFault>> FaultsAsync(CancellationToken cancellationToken = default)
    {
        await using var held = await LockAsync(cancellationToken);
        return File.Exists(FaultsFile)
            ? JsonSerializer.Deserialize(
                await File.ReadAllTextAsync(FaultsFile, cancellationToken), StandinJson.Default.ListStandinFault) ?? []
            : [];
    }

    /// <summary>
    /// A file of the stand-ins, or null if there is none yet. The stand-ins always replace it as a whole.
    /// </summary>
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
        // Text after the last line feed is still being written.
        return
        [
            .. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize(line, type)
                    ?? throw new LabException($"{file}: {line} is no entry")),
        ];
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var file = new FileStream(FaultsLock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                File.SetUnixFileMode(FaultsLock, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
                    | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
                return file;
            }
            catch (IOException)
            {
                // A stand-in holds the lock while it reduces a count.
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }
        }
    }
}
