namespace Drydock.Reconcilers.Databases;

/// <summary>A package as observed on a host.</summary>
internal sealed class PackageReport
{
    private readonly PackageContents _contents;
    private readonly ScriptAnswer _answer;
    private readonly ProgramSums.Question _sums;
    private readonly string? _marker;

    public PackageReport(PackageContents contents, ScriptAnswer answer, ProgramSums.Question sums)
    {
        sums.Learn(answer);
        (_contents, _answer, _sums) = (contents, answer, sums);
        IsThere = answer.Need("directory") switch
        {
            "yes" => true,
            "no" => false,
            var other => throw answer.Unreadable($"'directory {other}' is neither yes nor no"),
        };
        _marker = answer.Text(answer.Find("marker"));
        NeedsPostInstall = contents.PostInstall is { } program
            && answer.Find("post-install") != "done"
            && !(program.IsOptional && answer.Find("post-install-program") == "no");
        if (answer.All("program").Count() != contents.Programs.Count
            || answer.All("file").Count() != contents.Package.Files.Count
            || Extensions.Count() != contents.Extensions.Count
            || answer.All("archive").Count() != contents.HostArchives.Count()
            || answer.All("sent").Count() != contents.SentArchives.Count())
        {
            throw answer.Unreadable("it is not of the files that were asked for");
        }
    }

    /// <summary>Whether the package's directory is not empty.</summary>
    public bool IsThere { get; }

    /// <summary>Whether the package's own program has to be run yet.</summary>
    public bool NeedsPostInstall { get; }

    private IEnumerable<(string From, string To)> Extensions => _answer.All("from").Zip(_answer.All("to"));

    public static IEnumerable<string> Arguments(PackageContents contents) =>
    [
        .. contents.PostInstall is { } post ? ["post-install", post.Program] : Array.Empty<string>(),
        .. contents.PostInstall is { Mark: { } mark } ? ["mark", mark] : Array.Empty<string>(),
        .. contents.Programs.SelectMany(p => new[] { "program", p }),
        .. contents.Package.Files.SelectMany(f => new[] { "file", f.Path }),
        .. contents.HostArchives.SelectMany(a => new[] { "archive", a.HostPath! }),
        .. contents.SentArchives.SelectMany(a => new[] { "sent", contents.Path(a) }),
        .. contents.Extensions.SelectMany(e => new[] { "extension", e.From, e.To }),
    ];

    public PackageState State()
    {
        var programs = _contents.Programs.Zip(_answer.All("program"))
            .Where(p => p.Second is not ("-" or "!"))
            .ToDictionary(p => p.First, p => _sums.Of(p.Second, _answer)!, StringComparer.Ordinal);
        var wrong = Wrong().ToList();
        var problems = wrong.Count > 0 ? wrong : [.. Missing()];
        return new PackageState
        {
            IsComplete = problems.Count == 0,
            IsWrong = wrong.Count > 0,
            Problem = string.Join(' ', problems.Select(Sentences.Close)),
            Programs = programs,
        };
    }

    // Defects that another attempt cannot repair.
    private IEnumerable<string> Wrong() =>
        IsThere
            ? WrongInside()
            : _contents.IsUnpacked
            ? WrongArchives()
            : [$"{_contents.Directory} does not exist. Copy the package there, or set spec.package.archives"];

    private IEnumerable<string> WrongArchives()
    {
        foreach (var (archive, identity) in _contents.HostArchives.Zip(_answer.All("archive")))
        {
            var sha256 = _sums.Of(identity, _answer);
            if (sha256 != archive.Sha256)
            {
                yield return sha256 is null
                    ? $"{archive.HostPath} does not exist. Copy the archive there"
                    : $"{archive.HostPath} has SHA-256 {sha256}, expected {archive.Sha256}. "
                        + "Copy it again, or correct the checksum";
            }
        }
    }

    private IEnumerable<string> WrongInside()
    {
        var directory = _contents.Directory;
        if (_contents.IsUnpacked && (_marker is null || !_contents.IsMarked(_marker)))
        {
            yield return _marker is null
                ? $"{directory} exists and was not unpacked from spec.package.archives. "
                    + "Remove it, or remove the archives from the spec if it is the new version"
                : $"{directory} was unpacked from other archives. Remove it, or choose another directory";
        }

        foreach (var (program, identity) in _contents.Programs.Zip(_answer.All("program")))
        {
            if (identity is "-" or "!")
            {
                yield return identity == "-"
                    ? $"{directory}/bin/{program} does not exist"
                    : $"{directory}/bin/{program} is not executable";
            }
        }

        foreach (var (file, identity) in _contents.Package.Files.Zip(_answer.All("file")))
        {
            var sha256 = _sums.Of(identity, _answer);
            if (sha256 is null ? _contents.MustHaveAllFiles : sha256 != file.Sha256)
            {
                yield return sha256 is null
                    ? $"{directory}/{file.Path} does not exist"
                    : $"{directory}/{file.Path} has SHA-256 {sha256}, expected {file.Sha256}";
            }
        }

        foreach (var (file, (from, to)) in _contents.Extensions.Zip(Extensions))
        {
            if (from == "-" && to == "-")
            {
                yield return $"{file.From} does not exist. Install the extension, or correct spec.package.extensions";
            }
            else if (from != "-" && to != "-" && _sums.Of(from, _answer) != _sums.Of(to, _answer))
            {
                yield return $"{directory}/{file.To} already exists and is not {file.From}. "
                    + "Correct spec.package.extensions";
            }
        }
    }

    // Parts that the next attempt provides.
    private IEnumerable<string> Missing()
    {
        if (!IsThere)
        {
            yield return $"{_contents.Directory} is not unpacked yet";
            yield break;
        }

        if (_answer.All("sent").Contains("yes", StringComparer.Ordinal))
        {
            yield return $"The archives beside {_contents.Directory} are not removed yet";
        }

        if (NeedsPostInstall)
        {
            yield return $"{_contents.PostInstall!.Program} has not been run yet";
        }

        foreach (var (file, (_, to)) in _contents.Extensions.Zip(Extensions))
        {
            if (to == "-")
            {
                yield return $"{file.To} is not copied yet";
            }
        }
    }
}
