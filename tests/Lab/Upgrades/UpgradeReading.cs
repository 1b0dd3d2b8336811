namespace Drydock.Lab.Upgrades;

/// <summary>Reads the fields of an upgrade that users read.</summary>
public static class UpgradeReading
{
    /// <summary>status.phase; empty before the first status write.</summary>
    public static string Phase(this JsonNode upgrade) => Text(upgrade?["status"]?["phase"]);

    public static string Message(this JsonNode upgrade) => Text(upgrade?["status"]?["message"]);

    /// <summary>A condition's status; empty if the condition is missing.</summary>
    public static string Condition(this JsonNode upgrade, string type) => Text(Find(upgrade, type)?["status"]);

    /// <summary>A condition's reason; empty if the condition is missing.</summary>
    public static string Reason(this JsonNode upgrade, string type) => Text(Find(upgrade, type)?["reason"]);

    /// <summary>Whether the upgrade has this phase and has neither claim nor finalizer.</summary>
    public static bool IsOver(this JsonNode upgrade, string phase) =>
        upgrade.Phase() == phase && upgrade["status"]?["target"]?["claim"] is null
            && upgrade["metadata"]?["finalizers"] is null;

    /// <summary>Whether the upgrade has succeeded and has neither claim nor finalizer.</summary>
    public static bool IsOver(this JsonNode upgrade) => upgrade.IsOver("Succeeded");

    /// <summary>Whether the upgrade cannot continue without a repair.</summary>
    public static bool IsStalled(this JsonNode upgrade) => upgrade.Condition("Stalled") == "True";

    /// <summary>Whether the upgrade waits for an approval.</summary>
    public static bool IsHeld(this JsonNode upgrade) => upgrade.Condition("Held") == "True";

    /// <summary>Reasons and messages of all findings.</summary>
    public static IReadOnlyList<string> Findings(this JsonNode upgrade) =>
        [.. (upgrade?["status"]?["findings"]?.AsArray() ?? []).Select(
            f => $"{Text(f?["reason"])}: {Text(f?["message"])}")];

    /// <summary>Reasons of all findings.</summary>
    public static IReadOnlyList<string> FindingReasons(this JsonNode upgrade) =>
        [.. (upgrade?["status"]?["findings"]?.AsArray() ?? []).Select(f => Text(f?["reason"]))];

    /// <summary>
    /// The first 8 digits of the hash of the stored plan (or of another plan, by its kind), as approvals name it.
    /// </summary>
    public static string ShortHash(this JsonNode upgrade, string plan = "Upgrade") =>
        Text(PackedPlans.Head(upgrade, plan)?["hash"]) is { Length: > 0 } hash ? hash["sha256:".Length..][..8] : "";

    /// <summary>The retry that counts now. If it restores the databases, it approves that.</summary>
    public static string RetryWord(this JsonNode? upgrade) => Text(upgrade?["status"]?["retryWord"]) is var word
        && upgrade?["status"]?["retryCost"] is null
        ? word
        : $"RestoreDatabases{word[word.IndexOf('@', StringComparison.Ordinal)..]}";

    /// <summary>What approves a hold of the stored plan, or of another plan, by its kind.</summary>
    public static string WordFor(this JsonNode upgrade, string hold, string plan = "Upgrade") =>
        $"{hold}@{upgrade.ShortHash(plan)}.{PackedPlans.Head(upgrade, plan)?["number"]}";

    /// <summary>What accepts the last failure of a step of the stored plan.</summary>
    public static string AcceptWord(this JsonNode upgrade, string step) =>
        $"{upgrade.WordFor(step)}.{upgrade.Steps().FirstOrDefault(s => Text(s["id"]) == step)?["failures"] ?? 1}";

    public static IReadOnlyList<JsonNode> Steps(this JsonNode upgrade) =>
        [.. (upgrade.Plan()?["steps"]?.AsArray() ?? []).OfType<JsonNode>()];

    private static JsonNode? Find(JsonNode? upgrade, string type) =>
        upgrade?["status"]?["conditions"]?.AsArray().FirstOrDefault(c => Text(c?["type"]) == type);

    private static string Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
