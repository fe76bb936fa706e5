"""HTTP/1.1 as a registry speaks it: kept connections, whole answers, within bounds.

Thousands of small requests are the work of a release. A general client takes several times as long for each as the
kernel and the registry together; where its abilities are needed, behind a proxy, it is still what is used.
"""
