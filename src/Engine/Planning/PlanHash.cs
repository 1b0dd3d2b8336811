using System.Security.Cryptography;
using System.Text;
using Drydock.Abstractions.Plans;

namespace Drydock.Engine.Planning;

/// <summary>
/// The hash of a plan: what will be done to what. It covers step ids, their order, actions with parameters, run-once, reversibility and points
/// of no return, and the guards. It does not cover titles, notes, timeouts, states, times or messages, so that the same work has the same hash
/// an hour later and under the next patch release.
/// </summary>
public static class PlanHash
{
    /// <summary>Computes <c>sha256:</c> and 64 hex digits.</summary>
    public static string Compute(IEnumerable<PlanStep> steps, IEnumerable<PlanGuard> guards)
    {
        var text = new StringBuilder();
        foreach (var step in steps)
        {
            Field(text, "step", step.Id);
            Field(text, "phase", step.Phase);
            Field(text, "node", step.Node ?? "");
            foreach (var after in step.After)
            {
                Field(text, "after", after);
            }

            Field(text, "action", step.Action);
            Parameters(text, step.Parameters);
            Field(text, "flags", $"{(step.RunOnce ? "once" : "repeatable")},{(step.Reversible ? "reversible" : "final")},{(step.PointOfNoReturn ? "no-return" : "-")}");
        }

        foreach (var guard in guards)
        {
            Field(text, "guard", guard.Id);
            Field(text, "check", guard.Check);
            Parameters(text, guard.Parameters);
        }

        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static void Parameters(StringBuilder text, SortedDictionary<string, string> parameters)
    {
        foreach (var (name, value) in parameters)
        {
            Field(text, "parameter " + name, value);
        }
    }

    // The length in front keeps two different lists of fields from reading the same.
    private static void Field(StringBuilder text, string name, string value) =>
        text.Append(name).Append(' ').Append(value.Length).Append(':').Append(value).Append('\n');
}
