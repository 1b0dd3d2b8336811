using System.IO.Compression;

namespace Drydock.Tests.Unit.Crds;

/// <summary>A plan in status: read as it was written, or not at all.</summary>
public sealed class PackedRunTests
{
    [Fact]
    public void Plan_is_read_as_it_was_written_and_written_as_it_was_read()
    {
        var run = Begun();
        var text = Text(run);
        var read = Read(text);

        JsonSerializer.Serialize(StoredRun.ToStored(read), CrdsJsonContext.Default.StoredPlan)
            .ShouldBe(JsonSerializer.Serialize(StoredRun.ToStored(run), CrdsJsonContext.Default.StoredPlan));
        (read.Unreadable, read.Hash, read.WrittenBy).ShouldBe((null, run.Hash, CrdSchema.Number));
        Text(read).ShouldBe(text);
    }

    [Fact]
    public void Text_of_a_foreign_compressor_stays_as_it_is()
    {
        var foreign = JsonNode.Parse(Text(Begun()))!;
        foreign["packed"] = Packed(Inflated(foreign).ToJsonString(), CompressionLevel.NoCompression);

        var read = Read(foreign.ToJsonString());
        read.Hash.ShouldBe(Begun().Hash);
        JsonNode.DeepEquals(JsonNode.Parse(Text(read)), foreign).ShouldBeTrue();
    }

    [Theory]
    [InlineData("work")]
    [InlineData("details")]
    [InlineData("record")]
    public void Damaged_part_is_not_read_and_not_lost(string part)
    {
        string?[] damages =
        [
            null, "null", """{"steps":[{"id":"A/other"}]}""", """{"steps":[{"id":"A/1","later":1}]}""",
            """{"steps":[{"id":"A/1","state":"Later"}]}""",
        ];
        foreach (var damage in damages)
        {
            var stored = JsonNode.Parse(Text(Begun()))!;
            var parts = Inflated(stored);
            parts.Remove(part);
            if (damage is not null)
            {
                parts[part] = JsonNode.Parse(damage);
            }

            ShouldNotBeRead(stored, parts.ToJsonString());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("AQID")]
    public void Damaged_text_is_not_read_and_not_lost(string damage)
    {
        var stored = JsonNode.Parse(Text(Begun()))!;
        stored["packed"] = damage;
        ShouldNotBeRead(stored);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"work":{},"details":{},"record":{},"later":{}}""")]
    public void Other_parts_are_not_read_and_not_lost(string parts) =>
        ShouldNotBeRead(JsonNode.Parse(Text(Begun()))!, parts);

    [Theory]
    [InlineData("work", "steps")]
    [InlineData("work", "guards")]
    [InlineData("details", "steps")]
    [InlineData("details", "guards")]
    [InlineData("record", "steps")]
    [InlineData("record", "guards")]
    public void Entry_that_is_there_twice_or_is_null_is_not_read_and_not_lost(string part, string list)
    {
        foreach (var isTwice in new[] { true, false })
        {
            var stored = JsonNode.Parse(Text(Begun()))!;
            var parts = Inflated(stored);
            var entries = parts[part]![list]!.AsArray();
            entries.Add(isTwice ? entries[0]!.DeepClone() : null);
            ShouldNotBeRead(stored, parts.ToJsonString());
        }
    }

    [Fact]
    public void Null_within_an_entry_is_not_read_and_not_lost()
    {
        var stored = JsonNode.Parse(Text(Begun()))!;
        var parts = Inflated(stored);
        parts["details"]!["notes"]!.AsArray().Add(null);
        ShouldNotBeRead(stored, parts.ToJsonString());
    }

    [Fact]
    public void Other_work_than_the_hash_says_is_not_read()
    {
        var stored = JsonNode.Parse(Text(Begun()))!;
        var parts = Inflated(stored);
        parts["work"]!["steps"]![0]!["action"]!.GetValue<string>().ShouldBe("plain");
        parts["work"]!["steps"]![0]!["action"] = "other";
        ShouldNotBeRead(stored, parts.ToJsonString());
    }

    [Theory]
    [InlineData("kind", "\"Later\"")]
    [InlineData("number", "\"three\"")]
    [InlineData("hash", "null")]
    [InlineData("steps", "[]")]
    public void Head_that_is_not_known_is_not_read_but_names_its_writer(string field, string value)
    {
        var stored = JsonNode.Parse(Text(Begun()))!;
        (stored[field], stored["operator"]) = (JsonNode.Parse(value), "99.1.2");
        var read = Read(stored.ToJsonString());

        (read.Unreadable is null, read.WrittenBy).ShouldBe((false, new Version(99, 1, 2)));
        read.Number.ShouldBe(field == "number" ? 0 : 3);
        JsonNode.DeepEquals(JsonNode.Parse(Text(read)), stored).ShouldBeTrue();
    }

    [Fact]
    public void Plan_that_inflates_without_end_is_not_read()
    {
        var stored = JsonNode.Parse(Text(Begun()))!;
        var parts = Inflated(stored);
        parts["details"]!["notes"] = new JsonArray(new string('x', 17 * 1024 * 1024));
        ShouldNotBeRead(stored, parts.ToJsonString());
    }

    [Theory]
    [InlineData("\"damaged\"")]
    [InlineData("{\"regions\":[]}")]
    [InlineData("7")]
    public void Inventory_that_cannot_be_read_is_not_lost(string stored)
    {
        var text = $$"""{"inventory":{{stored}}}""";
        var status = JsonSerializer.Deserialize(text, CrdsJsonContext.Default.OmsUpgradeStatus)!;

        status.Found!.Unreadable.ShouldNotBeNull();
        JsonSerializer.SerializeToNode(status, CrdsJsonContext.Default.OmsUpgradeStatus)!["inventory"]!
            .ToJsonString().ShouldBe(stored);
    }

    [Theory]
    [InlineData("""{"operator":"99.1.2","found":{"regions":[],"later":1}}""", "99.1.2")]
    [InlineData("""{"operator":"99.1.2","found":{"regions":[null]}}""", "99.1.2")]
    [InlineData("""{"operator":"99.1.2","found":{},"later":1}""", "99.1.2")]
    [InlineData("""{"operator":7,"found":{}}""", null)]
    [InlineData("""{"found":{"regions":[]}}""", null)]
    [InlineData("[]", null)]
    public void Inventory_of_a_later_version_is_not_read_but_names_its_writer(string stored, string? writer)
    {
        var found = Found(Packed(stored));
        (found.Unreadable is null, found.WrittenBy?.ToString()).ShouldBe((false, writer));
    }

    [Fact]
    public void Inventory_names_the_latest_version_that_wrote_it()
    {
        var later = Found(Packed("""{"operator":"99.1.2","found":{"fromVersion":"4.2.0"}}"""));
        (later.Unreadable, later.FromVersion).ShouldBe((null, "4.2.0"));

        var text = JsonSerializer.SerializeToNode(
            new OmsUpgradeStatus { Inventory = later with { FromVersion = "4.2.1" } },
            CrdsJsonContext.Default.OmsUpgradeStatus)!["inventory"]!.GetValue<string>();
        (Found(text).WrittenBy, Found(text).FromVersion).ShouldBe((new Version(99, 1, 2), "4.2.1"));
    }

    private static OmsInventory Found(string inventory) => JsonSerializer.Deserialize(
        $$"""{"inventory":"{{inventory}}"}""", CrdsJsonContext.Default.OmsUpgradeStatus)!.Inventory!;

    // The program of the plugin for each system, and the next release, make these bytes.
    [Fact]
    public void Hash_does_not_depend_on_the_machine() =>
        Begun().Hash.ShouldBe("sha256:9ab25d70fcc8a6925e582433b9b9dcab8224a46a97dc226e695ce93bbb5b57c0");

    private static PlanProgress Begun() => new StoredPlan
    {
        Number = 3,
        Id = "k7f2m9x1",
        Kind = PlanKind.Rollback,
        Why = "The upgrade failed.",
        Hold = "RollBack",
        CompiledAt = new DateTimeOffset(2026, 3, 6, 18, 0, 0, TimeSpan.Zero),
        SpecHash = "sha256:1",
        Acknowledged = ["ClockSkew/İıåä"],
        Notes = ["One."],
        Steps =
        [
            new StoredStep
            {
                Id = "A/1",
                Node = "1",
                Action = "plain",
                Parameters = new(StringComparer.Ordinal)
                {
                    ["ız"] = "é",
                    ["Iz"] = "\ud83d\ude00",
                    ["a-b"] = "1",
                    ["ab"] = "2",
                },
                Timeout = "17m",
                RunOnce = true,
                Retry = RetryRule.RestoreFirst,
                State = StepState.Succeeded,
                Receipt = new(StringComparer.Ordinal) { ["exec"] = "1" },
            },
            new StoredStep { Id = "A/2", Action = "plain", Title = "Do it", After = ["A/1"], OnlyLists = true },
        ],
        Guards =
        [
            new StoredGuard
            {
                Id = "G",
                Check = "toy",
                From = ["A/1"],
                Until = "A/2",
                Failures = 1,
                Violations = [new GuardViolation { Reason = "Broken", Message = "It is broken." }],
            },
        ],
    }.AsRun();

    private static void ShouldNotBeRead(JsonNode stored, string? parts = null)
    {
        stored["packed"] = parts is null ? stored["packed"]?.DeepClone() : Packed(parts);
        var read = Read(stored.ToJsonString());

        (read.Unreadable is null, read.IsDone).ShouldBe((false, false));
        (read.Number, read.Id).ShouldBe((3, "k7f2m9x1"));
        JsonNode.DeepEquals(JsonNode.Parse(Text(read)), stored).ShouldBeTrue();
        Text(read.With(read.Plan with { Number = 4 })).ShouldBe(Text(read));
    }

    private static string Text(PlanProgress run) =>
        JsonSerializer.Serialize(run, CrdsJsonContext.Default.PlanProgress);

    private static PlanProgress Read(string text) =>
        JsonSerializer.Deserialize(text, CrdsJsonContext.Default.PlanProgress)!;

    private static string Packed(string json, CompressionLevel level = CompressionLevel.Fastest)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, level, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(json));
        }

        return Convert.ToBase64String(packed.ToArray());
    }

    private static JsonObject Inflated(JsonNode stored)
    {
        using var gzip = new GZipStream(
            new MemoryStream(Convert.FromBase64String(stored["packed"]!.GetValue<string>())),
            CompressionMode.Decompress);
        return JsonNode.Parse(gzip)!.AsObject();
    }
}
