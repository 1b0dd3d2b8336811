using System.Security.Cryptography;
using System.Text;

namespace Drydock.Runs;

/// <summary>The hash of a plan: the actions and their targets. Of a step it covers id, phase, node, dependencies,
/// action with parameters, run-once, reversibility and point of no return; the order of the steps; the guards
/// completely; the findings that an administrator accepts; and the hash of the plan that this one repeats, so that an
/// approval of one repetition does not count for the next. It does not cover titles, notes, timeouts, the number of
/// attempts, what a failure means to the run, nor results of the run (states, attempts, times, messages, receipts), so
/// that the same work has the same hash an hour later and under the next patch release.</summary>
public static class PlanHash
{
    /// <summary>Computes <c>sha256:</c> and 64 hex digits.</summary>
    public static string Compute(
        IEnumerable<PlannedStep> steps,
        IEnumerable<PlannedGuard> guards,
        IEnumerable<string>? acknowledged = null,
        string? repeats = null)
    {
        var text = new StringBuilder();
        foreach (var step in steps)
        {
            Field(text, "step", step.Id);
            Field(text, "phase", step.Phase);
            Optional(text, "node", step.Node);
            foreach (var after in step.After)
            {
                Field(text, "after", after);
            }

            Field(text, "action", step.Action);
            Parameters(text, step.Parameters);
            Field(
                text,
                "flags",
                $"{(step.RunOnce ? "once" : "repeatable")},{(step.Reversible ? "reversible" : "final")},"
                + (step.PointOfNoReturn ? "no-return" : "-"));
        }

        foreach (var guard in guards)
        {
            Field(text, "guard", guard.Id);
            Field(text, "check", guard.Check);
            Optional(text, "node", guard.Node);
            Parameters(text, guard.Parameters);
            foreach (var from in guard.From)
            {
                Field(text, "from", from);
            }

            Optional(text, "until", guard.Until);
        }

        foreach (var entry in acknowledged ?? [])
        {
            Field(text, "acknowledged", entry);
        }

        Optional(text, "repeats", repeats);

        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static void Parameters(StringBuilder text, IReadOnlyDictionary<string, string> parameters)
    {
        // Sorted here again: a dictionary read from JSON need not be in this order.
        foreach (var (name, value) in parameters.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            Field(text, "parameter", name);
            Field(text, "value", value);
        }
    }

    private static void Optional(StringBuilder text, string name, string? value)
    {
        if (value is not null)
        {
            Field(text, name, value);
        }
    }

    // The length in front keeps two different lists of fields from reading the same.
    private static void Field(StringBuilder text, string name, string value) =>
        text.Append(name).Append(' ').Append(value.Length).Append(':').Append(value).Append('\n');
}
