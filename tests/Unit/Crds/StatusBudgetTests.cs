using System.Collections;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace Drydock.Tests.Unit.Crds;

/// <summary>Whatever texts get into a status: as it is written the generated schema takes it, and etcd does.</summary>
public sealed class StatusBudgetTests
{
    private static readonly string[] Alphabet =
        ["a", "Ω", "😀", "\u001b[2J", "\u0000", "\u202e", "\n", "\t", "\ud83d", " ", "中", "\u0085"];

    private static readonly HashSet<string> TellsOfPlans =
    [
        "StoredPlan.Notes", "StoredPlan.Steps", "StoredStep.Reason", "StoredStep.Message", "StoredStep.Receipt",
        "StoredStep.Facts", "StoredPlan.Guards", "StoredGuard.Violations", "GuardViolation.Message",
        "GuardViolation.Check"
    ];

    public static TheoryData<string, int> Cases =>
    [
        .. Enumerable.Range(0, 12).SelectMany(
            seed => new[] { "OmsUpgrade", "DatabaseRollingUpgrade", "BackupSnapshot", "SnapshotRestore" }.Select(
                kind => (kind, seed))),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Status_with_any_texts_fits_the_schema_and_budget(string kind, int seed)
    {
        var (status, type) = kind switch
        {
            "OmsUpgrade" => Made<OmsUpgradeStatus>(seed),
            "DatabaseRollingUpgrade" => Made<DatabaseRollingUpgradeStatus>(seed),
            "BackupSnapshot" => Made<BackupSnapshotStatus>(seed),
            _ => Made<SnapshotRestoreStatus>(seed),
        };
        var before = JsonSerializer.Serialize(status, type);
        foreach (var refused in new[] { false, true })
        {
            var fitted = StatusBudget.Fit(status, type, refused);

            StatusBudget.Weight(fitted, type).ShouldBeLessThanOrEqualTo(StatusBudget.Bytes);
            var breaches = new List<string>();
            Breaches(JsonNode.Parse(JsonSerializer.Serialize(fitted, type)), Schema(kind), "status", breaches);
            breaches.ShouldBeEmpty();
            JsonSerializer.Serialize(status, type).ShouldBe(before, "the status itself is not changed");
            var again = StatusBudget.Fit(fitted, type, refused);
            JsonSerializer.Serialize(again, type)
                .ShouldBe(JsonSerializer.Serialize(fitted, type), "what fits stays as it is");
        }
    }

    [Fact]
    public void Status_within_its_bounds_stays_the_same_object()
    {
        var status = new OmsUpgradeStatus
        {
            Message = "well",
            Plan = new StoredPlan { Steps = [new StoredStep { Id = "P/a", Message = "done" }] }.AsRun()
        };

        StatusBudget.Fit(status, CrdsJsonContext.Default.OmsUpgradeStatus).ShouldBeSameAs(status);
    }

    [Fact]
    public void Receipts_facts_and_parameters_of_a_plan_are_never_shortened()
    {
        var receipt = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["before"] = "a\u001b\u202eb",
            ["long"] = new('x', SchemaLimits.Opaque + 1)
        };
        var step = new StoredStep
        {
            Id = "P/a",
            Message = "a\u001bb",
            Receipt = receipt,
            Facts = receipt,
            Parameters = receipt
        }.AsStep();
        foreach (var refused in new[] { false, true })
        {
            var fitted = StatusBudget.Fit(
                new OmsUpgradeStatus { Plan = PlanProgress.Of(new Plan(), [step], []) },
                CrdsJsonContext.Default.OmsUpgradeStatus, refused).Plan!.Steps[0];
            (fitted.Message, fitted.Receipt, fitted.Facts, fitted.Parameters)
                .ShouldBe(("ab", step.Receipt, step.Facts, step.Parameters));
        }
    }

    [Fact]
    public void Plan_with_long_messages_is_shortened_and_says_so()
    {
        var steps = Enumerable.Range(0, SchemaLimits.Steps).Select(i => new StoredStep
        {
            Id = $"P/{i}",
            State = StepState.Succeeded,
            Message = new string('m', SchemaLimits.Message)
        });
        var fitted = StatusBudget.Fit(
            new OmsUpgradeStatus { Message = "all is done", Plan = new StoredPlan { Steps = [.. steps] }.AsRun() },
            CrdsJsonContext.Default.OmsUpgradeStatus);

        StatusBudget.Weight(fitted, CrdsJsonContext.Default.OmsUpgradeStatus)
            .ShouldBeLessThanOrEqualTo(StatusBudget.Bytes);
        fitted.Plan!.Steps.Count.ShouldBe(SchemaLimits.Steps, "no step is left out");
        fitted.Message.ShouldBeWorded();
    }

    [Fact]
    public void Plan_that_is_shortened_still_names_the_later_version_that_wrote_it()
    {
        var type = CrdsJsonContext.Default.OmsUpgradeStatus;
        var text = new string('m', SchemaLimits.Message + 1);
        var stored = JsonSerializer.SerializeToNode(
            new OmsUpgradeStatus
            {
                Plan = new StoredPlan { Notes = [text], Steps = [new StoredStep { Id = "P/a", Message = text }] }
                    .AsRun(),
            },
            type)!;
        stored["plans"]![0]!["operator"] = "99.0.0";

        var fitted = StatusBudget.Fit(stored.Deserialize(type)!, type).Plan!;
        fitted.Notes[0].Length.ShouldBeLessThanOrEqualTo(SchemaLimits.Message);
        fitted.WrittenBy.ShouldBe(new Version(99, 0, 0));
    }

    private static (ObservedStatus Status, JsonTypeInfo Type) Made<TStatus>(int seed)
        where TStatus : ObservedStatus =>
            ((ObservedStatus)Make(typeof(TStatus), new Random(seed), 0)!, CrdsJsonContext.Default.GetTypeInfo(
                typeof(TStatus))!);

    private static object? Make(Type type, Random random, int depth)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return Text(random);
        }

        if (type == typeof(PlanProgress))
        {
            var plan = (StoredPlan)Make(typeof(StoredPlan), random, depth)!;
            return (plan with
            {
                Steps = [.. plan.Steps.Select((step, i) => step with { Id = $"P/{i}" })],
                Guards = [.. plan.Guards.Select((guard, i) => guard with { Id = $"G/{i}" })],
            }).AsRun();
        }

        if (type == typeof(SortedDictionary<string, string>))
        {
            // Receipts are never shortened: many of the longest would be above the budget.
            return new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["a"] = Text(random, 8_000),
                ["b"] = Text(random, 8_000)
            };
        }

        if (typeof(IList).IsAssignableFrom(type))
        {
            var list = (IList)Activator.CreateInstance(type)!;
            for (var i = random.Next(depth == 0 ? 250 : 12); i > 0; i--)
            {
                list.Add(Make(type.GetGenericArguments()[0], random, depth + 1));
            }

            return list;
        }

        if (type.GetMethod("<Clone>$") is null)
        {
            return type == typeof(DateTimeOffset)
                ? DateTimeOffset.UnixEpoch
                : type == typeof(int) ? 1 : type == typeof(long) ? 1L : Activator.CreateInstance(type);
        }

        var made = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.SetMethod is not null && p.PropertyType != typeof(JsonElement?)))
        {
            if (type.Namespace != typeof(StoredPlan).Namespace || TellsOfPlans.Contains($"{type.Name}.{property.Name}"))
            {
                property.SetValue(made, Make(property.PropertyType, random, depth + 1));
            }
        }

        return made;
    }

    // Mostly short; now and then far too long.
    private static string Text(Random random, int longest = 40_000)
    {
        var text = new StringBuilder("x");
        var length = random.Next(20) == 0 ? random.Next(longest) : random.Next(80);
        while (text.Length < length)
        {
            text.Append(Alphabet[random.Next(Alphabet.Length)]);
        }

        return text.ToString();
    }

    private static JsonNode Schema(string kind) => JsonNode.Parse(
        YamlToJson.ReadAll(Repository.PathOf("config", "crd", $"drydock.dev_{kind.ToLowerInvariant()}s.yaml"))
            .Single()["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["status"]!
            .ToJsonString())!;

    private static void Breaches(JsonNode? value, JsonNode schema, string path, List<string> breaches)
    {
        int Bound(string name) => schema[name] is { } bound
            ? int.Parse(bound.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture)
            : int.MaxValue;
        switch (value)
        {
            case JsonObject fields:
                if (fields.Count > Bound("maxProperties"))
                {
                    breaches.Add($"{path}: {fields.Count} entries");
                }

                foreach (var (name, field) in fields)
                {
                    if ((schema["properties"]?[name] ?? schema["additionalProperties"]) is { } part)
                    {
                        Breaches(field, part, $"{path}.{name}", breaches);
                    }
                }

                break;
            case JsonArray items:
                if (items.Count > Bound("maxItems"))
                {
                    breaches.Add($"{path}: {items.Count} items");
                }

                foreach (var item in items)
                {
                    Breaches(item, schema["items"]!, $"{path}[]", breaches);
                }

                break;
            case JsonValue single when single.TryGetValue<string>(out var text):
                if (text.EnumerateRunes().Count() > Bound("maxLength"))
                {
                    breaches.Add($"{path}: {text.Length} characters");
                }

                break;
        }
    }
}
