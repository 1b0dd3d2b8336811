using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace Drydock.Crds.Plans;

/// <summary>Maps a plan and its record to their form in status and back. What cannot be read becomes a plan that is
/// <see cref="PlanProgress.Unreadable"/> and is written back as it was.</summary>
public sealed class PackedRun : JsonConverter<PlanProgress>
{
    /// <summary>The largest part, as JSON: about ten times that of the largest plan.</summary>
    private const int MostBytes = 16 * 1024 * 1024;

    private static readonly ConditionalWeakTable<Plan, Texts> Known = new();

    public override PlanProgress? Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var stored = JsonElement.ParseValue(ref reader);
        var head = new Plan();
        Version? writer = null;
        try
        {
            var packed = stored.Deserialize(CrdsJsonContext.Default.PackedPlan)!;
            writer = Version.TryParse(packed.Operator, out var version) ? version : null;
            head = new Plan
            {
                Number = packed.Number,
                Kind = packed.Kind,
                Why = packed.Why,
                Hold = packed.Hold,
                CompiledAt = packed.CompiledAt,
                Id = packed.Id,
            };
            var run = StoredRun.Of(
                StoredRun.Read(Inflate(packed.Work)),
                StoredRun.Read(Inflate(packed.Details)),
                StoredRun.Read(Inflate(packed.Record)),
                head);
            if (run.Hash == packed.Hash)
            {
                Known.TryAdd(run.Plan, new Texts(packed.Work, packed.Details));
                return new PlanProgress(run.Plan, run.Record) { PackedRecord = packed.Record, WrittenBy = writer };
            }
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidDataException)
        {
            // Where the JSON is wrong helps no administrator; StatusForm names the version that wrote it.
        }

        return new PlanProgress(head, RunRecord.None) { Unreadable = stored, WrittenBy = writer };
    }

    public override void Write(Utf8JsonWriter writer, PlanProgress value, JsonSerializerOptions options)
    {
        if (value.Unreadable is { } stored)
        {
            stored.WriteTo(writer);
            return;
        }

        JsonSerializer.Serialize(writer, Pack(value), CrdsJsonContext.Default.PackedPlan);
    }

    internal static string PackRecord(PlanProgress run) => Compress(StoredRun.WriteRecord(run));

    private static PackedPlan Pack(PlanProgress run)
    {
        var texts = Known.GetValue(run.Plan, static plan => new Texts(
            Compress(StoredRun.Write(plan, PlanPart.Work)), Compress(StoredRun.Write(plan, PlanPart.Details))));
        return new PackedPlan
        {
            Number = run.Number,
            Kind = run.Plan.Kind,
            Hash = run.Hash,
            Why = run.Plan.Why,
            Hold = run.Hold,
            CompiledAt = run.CompiledAt,
            Steps = run.Steps.Count,
            Id = run.Id,
            Operator = CrdSchema.Number.ToString(),
            Work = texts.Work,
            Details = texts.Details,
            Record = run.PackedRecord,
        };
    }

    private static string Compress(byte[] json)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(json);
        }

        return Convert.ToBase64String(compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
    }

    private static ReadOnlySpan<byte> Inflate(string text)
    {
        using var gzip = new GZipStream(new MemoryStream(Convert.FromBase64String(text)), CompressionMode.Decompress);
        using var json = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (gzip.Read(buffer) is > 0 and var read)
        {
            if (json.Length + read > MostBytes)
            {
                throw new InvalidDataException($"A part of a plan is larger than {MostBytes} bytes.");
            }

            json.Write(buffer, 0, read);
        }

        return json.GetBuffer().AsSpan(0, (int)json.Length);
    }

    private sealed record Texts(string Work, string Details);
}
