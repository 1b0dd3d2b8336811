using System.Text.Json.Nodes;

namespace Drydock.Tests.EndToEnd.Support;

/// <summary>Reads what users read in an upgrade.</summary>
public static class Upgrades
{
    /// <summary>status.phase.</summary>
    public static string Phase(this JsonNode upgrade) => upgrade["status"]?["phase"]?.GetValue<string>() ?? "";

    /// <summary>status.message.</summary>
    public static string Message(this JsonNode upgrade) => upgrade["status"]?["message"]?.GetValue<string>() ?? "";

    /// <summary>A condition's status; empty if it is not there.</summary>
    public static string Condition(this JsonNode upgrade, string type) => Find(upgrade, type)?["status"]?.GetValue<string>() ?? "";

    /// <summary>A condition's reason; empty if it is not there.</summary>
    public static string Reason(this JsonNode upgrade, string type) => Find(upgrade, type)?["reason"]?.GetValue<string>() ?? "";

    /// <summary>Reasons of all findings.</summary>
    public static IReadOnlyList<string> Findings(this JsonNode upgrade) =>
        [.. (upgrade["status"]?["findings"]?.AsArray() ?? []).Select(f => f!["reason"]!.GetValue<string>())];

    /// <summary>Whether it is done, claim and finalizer included.</summary>
    public static bool IsOver(this JsonNode upgrade) =>
        upgrade.Phase() == "Succeeded" && upgrade["status"]?["target"]?["claim"] is null && upgrade["metadata"]?["finalizers"] is null;

    /// <summary>Whether nothing goes on without a repair.</summary>
    public static bool IsStalled(this JsonNode upgrade) => upgrade.Condition("Stalled") == "True";

    private static JsonNode? Find(JsonNode upgrade, string type) =>
        upgrade["status"]?["conditions"]?.AsArray().FirstOrDefault(c => c!["type"]!.GetValue<string>() == type);
}
