using System.Text.RegularExpressions;

namespace Drydock.Operator;

/// <summary>Checks the values of <c>--watch-namespace</c>: a name that no namespace can have would be watched and never
/// found.</summary>
internal static partial class WatchedNamespaces
{
    public static void Check(OptionResult result)
    {
        foreach (var name in result.Tokens.Select(token => token.Value).Where(name => !Name().IsMatch(name)))
        {
            result.AddError(
                $"--watch-namespace '{name}' is not the name of a namespace. Expected are 1 to 63 small letters, "
                + "digits and '-', "
                + "beginning and ending with a letter or digit. "
                + "Give the flag once for each namespace, or leave it out to serve all.");
        }
    }

    [GeneratedRegex(
        "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
