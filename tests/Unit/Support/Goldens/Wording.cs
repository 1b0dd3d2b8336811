using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Drydock.Tests.Unit.Support;

/// <summary>Compares the words of a message with the file of the test's room.</summary>
internal static partial class Wording
{
    /// <summary>
    /// The whole message is the one in Goldens/words.txt of the test's room. Values that differ from run to run, or
    /// that the test knows better, are arguments: the message must contain them, and its entry has their names instead.
    /// A hash, which changes with each step of a plan or byte of a file, is {hash} there, a whole one {sha256}. Not for
    /// cases that run side by side (<see cref="Cases"/>), as the entries of a test are numbered in their order.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="first">A value in the message, for instance the word of a retry.</param>
    /// <param name="second">Another one.</param>
    /// <param name="third">Another one.</param>
    /// <param name="firstName">What is written instead.</param>
    /// <param name="secondName">What is written instead of the second.</param>
    /// <param name="thirdName">What is written instead of the third.</param>
    public static void ShouldBeWorded(
        [NotNull] this string? message,
        object? first = null,
        object? second = null,
        object? third = null,
        [CallerArgumentExpression(nameof(first))] string firstName = "",
        [CallerArgumentExpression(nameof(second))] string secondName = "",
        [CallerArgumentExpression(nameof(third))] string thirdName = "")
    {
        var words = message.ShouldNotBeNull();
        foreach (var (value, name) in new[] { (first, firstName), (second, secondName), (third, thirdName) })
        {
            if (name.Length > 0)
            {
                var text = Convert.ToString(value, CultureInfo.InvariantCulture)!;
                text.ShouldNotBeEmpty(name);
                words.ShouldContain(text, Case.Sensitive);
                words = words.Replace(text, $"{{{name}}}", StringComparison.Ordinal);
            }
        }

        words = Hash().Replace(words, hash => hash.Length == 64 ? "{sha256}" : "{hash}");
        var test = TestContext.Current.Test.ShouldNotBeNull();
        var space = TestContext.Current.TestClass.ShouldNotBeNull().TestClassNamespace.ShouldNotBeNull();
        WordsFile.Of(WordsFile.RoomOf(space)).ShouldHave(test.TestDisplayName[(space.Length + 1)..], words);
    }

    // That of a plan in a word such as StopOld@0123abcd.1, and any SHA-256.
    [GeneratedRegex(
        @"(?<=@)[0-9a-f]{8}(?=\.\d)|(?<=\(plan )[0-9a-f]{8}\b|\b[0-9a-f]{64}\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Hash();
}
