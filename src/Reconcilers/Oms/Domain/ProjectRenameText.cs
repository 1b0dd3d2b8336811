using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>The renames of a step as they stand in its parameters: a JSON list, readable, names as they are.</summary>
internal static class ProjectRenameText
{
    // A plan parameter holds 32768 characters.
    private const int LongestBatch = 16_000;

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Cuts the renames into batches, each small enough for one step.</summary>
    public static IReadOnlyList<IReadOnlyList<ProjectRename>> Batches(IReadOnlyList<ProjectRename> renames)
    {
        ArgumentNullException.ThrowIfNull(renames);
        var batches = new List<IReadOnlyList<ProjectRename>>();
        var batch = new List<ProjectRename>();
        var length = 0;
        foreach (var rename in renames)
        {
            var size = Write([rename]).Length;
            if (batch.Count > 0 && length + size > LongestBatch)
            {
                batches.Add(batch);
                (batch, length) = ([], 0);
            }

            batch.Add(rename);
            length += size;
        }

        if (batch.Count > 0)
        {
            batches.Add(batch);
        }

        return batches;
    }

    /// <summary>Writes them.</summary>
    public static string Write(IEnumerable<ProjectRename> renames)
    {
        ArgumentNullException.ThrowIfNull(renames);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartArray();
            foreach (var rename in renames)
            {
                json.WriteStartObject();
                json.WriteString("kind", rename.Kind.ToString());
                json.WriteString("id", rename.Id);
                json.WriteString("old", rename.OldName);
                json.WriteString("new", rename.NewName);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>
    /// Reads what <see cref="Write"/> wrote; throws <see cref="FormatException"/> if it is something else.
    /// </summary>
    public static IReadOnlyList<ProjectRename> Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            using var json = JsonDocument.Parse(text);
            return
            [
                .. json.RootElement.EnumerateArray().Select(entry => new ProjectRename(
                    entry.GetProperty("kind").GetString() == nameof(ProjectKind.Migration) ? ProjectKind.Migration : ProjectKind.Synchronization,
                    entry.GetProperty("id").GetString() ?? "",
                    entry.GetProperty("old").GetString() ?? "",
                    entry.GetProperty("new").GetString() ?? "")),
            ];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException("the stored list of renames cannot be read; the plan was made by another version of the operator", error);
        }
    }
}
