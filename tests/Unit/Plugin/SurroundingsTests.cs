using Drydock.Cli.CommandLine;
using Drydock.Cli.Output;
using Drydock.Cli.Views;
using Spectre.Console;

namespace Drydock.Tests.Unit.Plugin;

public sealed class SurroundingsTests
{
    [Fact]
    public void Signs_differ_in_every_encoding()
    {
        using var output = new EncodedWriter(Encoding.ASCII);
        var console = CliRuns.Plain(output).CreateConsole();

        var signs = Enum.GetValues<StepMark>().Where(m => m is not (StepMark.Unknown or StepMark.Accepted))
            .Select(mark =>
            {
                console.Markup(Texts.Sign(mark));
                return output.Take();
            }).ToList();

        signs.ShouldBeUnique();
        signs.ShouldNotContain("?");
    }

    [Fact]
    public void Signs_of_Unicode_are_kept()
    {
        using var output = new EncodedWriter(Encoding.UTF8);
        var surroundings = CliRuns.Plain(output);

        surroundings.Output.WriteLine("3.2.2 → 4.2.2 ✔");

        surroundings.Output.ShouldBeSameAs(output);
        output.Take().ShouldBe("3.2.2 → 4.2.2 ✔\n");
    }

    // What a file or a console of that encoding contains.
    private sealed class EncodedWriter(Encoding encoding) : StringWriter
    {
        public override Encoding Encoding => encoding;

        public string Take()
        {
            var text = encoding.GetString(encoding.GetBytes(ToString()));
            GetStringBuilder().Clear();
            return text;
        }
    }
}
