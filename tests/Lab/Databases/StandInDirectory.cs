using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Drydock.Lab.Databases;

/// <summary>The directory the processes of a stand-in cluster share: their record, what they found wrong, and the faults they are asked for.</summary>
/// <param name="path">The directory.</param>
public sealed class StandInDirectory(string path)
{
    private const string FaultsFile = "faults.json";

    /// <summary>The directory.</summary>
    public string Path { get; } = path;

    /// <summary>Makes the directory, writable for every user of every host.</summary>
    public static StandInDirectory Create(string path)
    {
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, AllowAll);
        return new StandInDirectory(path);
    }

    /// <summary>A file in it.</summary>
    public string FileOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Everything that happened, in its order.</summary>
    public Task<IReadOnlyList<StandInEntry>> RecordAsync(CancellationToken cancellationToken = default) =>
        LinesAsync("record.jsonl", StandInJson.Default.StandInEntry, cancellationToken);

    /// <summary>What must never have happened.</summary>
    public Task<IReadOnlyList<StandInEntry>> ViolationsAsync(CancellationToken cancellationToken = default) =>
        LinesAsync("violations.jsonl", StandInJson.Default.StandInEntry, cancellationToken);

    /// <summary>What the client saw, a line a second.</summary>
    public Task<IReadOnlyList<StandInClientSecond>> ClientAsync(CancellationToken cancellationToken = default) =>
        LinesAsync("client.jsonl", StandInJson.Default.StandInClientSecond, cancellationToken);

    /// <summary>Replaces the faults by these; none takes all back.</summary>
    public Task SetFaultsAsync(params IReadOnlyList<StandInFault> faults) =>
        WriteAsync(FaultsFile, JsonSerializer.Serialize(faults, StandInJson.Default.IReadOnlyListStandInFault));

    /// <summary>Writes a file as a whole: no process reads half of it.</summary>
    public async Task WriteAsync(string name, string content)
    {
        var beside = FileOf("." + name + ".new");
        await File.WriteAllTextAsync(beside, content);
        File.SetUnixFileMode(beside, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        File.Move(beside, FileOf(name), overwrite: true);
    }

    private static UnixFileMode AllowAll =>
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private async Task<IReadOnlyList<T>> LinesAsync<T>(string name, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var file = FileOf(name);
        if (!File.Exists(file))
        {
            return [];
        }

        var content = await File.ReadAllTextAsync(file, cancellationToken);
        // Lines are appended whole; what follows the last line's end is one that is being written.
        var whole = content[..(content.LastIndexOf('\n') + 1)];
        return
        [
            .. whole.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize(line, type) ?? throw new LabException($"{file} holds a line that says nothing")),
        ];
    }
}
